import type { RaThemeOptions } from "react-admin";

const TOUCH = "@media (pointer: coarse)";
/** A finger's width: WCAG 2.2, success criterion 2.5.5. */
const FINGER_PX = 44;
/** Below it iOS zooms into the field that takes the focus. */
const FIELD_FONT_SIZE = "1rem";

const TALL = { [TOUCH]: { minHeight: FINGER_PX } };
const SQUARE = { [TOUCH]: { minHeight: FINGER_PX, minWidth: FINGER_PX } };

/** As high as a mouse needs it, and as high as a finger does where there is one. */
export const tapHeight = (mousePx: number) => ({ minHeight: mousePx, ...SQUARE });

/** What answers a tap is as large as a finger; where there is a mouse, the denser page stays. */
export const TOUCH_STYLES = {
  MuiButton: TALL,
  MuiIconButton: SQUARE,
  MuiToggleButton: TALL,
  MuiCheckbox: SQUARE,
  MuiRadio: SQUARE,
  MuiFormControlLabel: TALL,
  MuiMenuItem: TALL,
  MuiListItemButton: TALL,
  MuiPaginationItem: SQUARE,
  MuiOutlinedInput: TALL,
  MuiInputBase: { [TOUCH]: { fontSize: FIELD_FONT_SIZE } },
  // A link keeps its place in the line and reaches above and below it.
  MuiLink: {
    [TOUCH]: {
      position: "relative",
      "&::after": { content: '""', position: "absolute", insetInline: -8, insetBlock: -16 },
    },
  },
} as const satisfies Partial<Record<keyof NonNullable<RaThemeOptions["components"]>, object>>;
