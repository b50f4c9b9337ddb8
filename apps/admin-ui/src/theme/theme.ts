import type { Theme } from "@mui/material";
import type { RaThemeOptions } from "react-admin";
import { TOUCH_STYLES } from "./touch.ts";

const FONT = [
  "Inter",
  "system-ui",
  "-apple-system",
  '"Segoe UI"',
  "Roboto",
  '"PingFang SC"',
  '"Microsoft YaHei"',
  '"Noto Sans CJK SC"',
  '"Noto Sans SC"',
  "sans-serif",
].join(",");

const touch = Object.fromEntries(
  Object.entries(TOUCH_STYLES).map(([name, root]) => [name, { styleOverrides: { root } }]),
);

/** Seen from where a person sits; the ripple alone is too faint on a dark ground. */
const FOCUS_RING_PX = 3;
/** What fills its box to the edge is ringed on the inside, where no scrolling list cuts the ring off. */
const RINGED_INSIDE = [".MuiListItemButton-root", ".MuiMenuItem-root", ".MuiTab-root"].join(", ");

const shared: RaThemeOptions = {
  shape: { borderRadius: 8 },
  spacing: 8,
  sidebar: { width: 208, closedWidth: 56 },
  typography: {
    fontFamily: FONT,
    fontSize: 14,
    h1: { fontSize: "1.125rem", fontWeight: 650, lineHeight: 1.3 },
    h2: { fontSize: "1rem", fontWeight: 650, lineHeight: 1.35 },
    h3: { fontSize: "0.875rem", fontWeight: 650, lineHeight: 1.4 },
    h6: { fontSize: "1.0625rem", fontWeight: 650 },
    body1: { fontSize: "0.9375rem" },
    body2: { fontSize: "0.875rem" },
    caption: { fontSize: "0.8125rem" },
    button: { textTransform: "none", fontWeight: 600 },
  },
  components: {
    ...touch,
    MuiButton: { ...touch.MuiButton, defaultProps: { disableElevation: true } },
    MuiCssBaseline: {
      styleOverrides: {
        "@media (prefers-reduced-motion: reduce)": {
          "*, *::before, *::after": { transition: "none !important" },
        },
      },
    },
    MuiButtonBase: {
      styleOverrides: {
        root: ({ theme }: { theme: Theme }) => ({
          "&.Mui-focusVisible": {
            outline: `${FOCUS_RING_PX}px solid ${theme.palette.primary.main}`,
            outlineOffset: 2,
            [`&:is(${RINGED_INSIDE})`]: { outlineOffset: -FOCUS_RING_PX },
          },
        }),
      },
    },
    MuiPaper: { defaultProps: { elevation: 0 }, styleOverrides: { root: { backgroundImage: "none" } } },
    MuiTextField: { defaultProps: { variant: "outlined", size: "small" } },
    MuiFormControl: { defaultProps: { variant: "outlined", size: "small" } },
    MuiTooltip: { defaultProps: { arrow: true } },
    MuiLink: { ...touch.MuiLink, defaultProps: { underline: "hover" } },
    MuiTableCell: {
      styleOverrides: {
        // The outer columns stand under the heading of their section.
        root: {
          padding: "7px 12px",
          fontVariantNumeric: "tabular-nums",
          "&:where(:not(* + *))": { paddingLeft: 16 },
          "&:where(:last-child)": { paddingRight: 16 },
        },
        head: { fontWeight: 600, whiteSpace: "nowrap" },
      },
    },
    MuiDialog: { defaultProps: { fullWidth: true, maxWidth: "sm" } },
  },
};

export const lightTheme: RaThemeOptions = {
  ...shared,
  palette: {
    mode: "light",
    primary: { main: "#0b5563", light: "#2f7c8b", dark: "#063944", contrastText: "#ffffff" },
    secondary: { main: "#4a5a63", contrastText: "#ffffff" },
    error: { main: "#b3261e" },
    warning: { main: "#8a5a00" },
    success: { main: "#1a6e42" },
    info: { main: "#0f5a8a" },
    background: { default: "#f4f6f7", paper: "#ffffff" },
    text: { primary: "#172126", secondary: "#4d5b63" },
    divider: "#dde3e6",
    action: { selected: "#e2edef" },
  },
};

export const darkTheme: RaThemeOptions = {
  ...shared,
  palette: {
    mode: "dark",
    primary: { main: "#79cbd9", light: "#a6e0ea", dark: "#4aa3b3", contrastText: "#04262d" },
    secondary: { main: "#aebcc4", contrastText: "#10181c" },
    error: { main: "#f2897e" },
    warning: { main: "#f0bd5a" },
    success: { main: "#7fd4a4" },
    info: { main: "#86c5ef" },
    background: { default: "#0f1517", paper: "#171e22" },
    text: { primary: "#e8eef0", secondary: "#a9b7be" },
    divider: "#2b363c",
    action: { selected: "#22383e" },
  },
};
