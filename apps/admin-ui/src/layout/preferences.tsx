import DarkIcon from "@mui/icons-material/DarkModeOutlined";
import LightIcon from "@mui/icons-material/LightModeOutlined";
import TranslateIcon from "@mui/icons-material/Translate";
import { Button, IconButton, Tooltip } from "@mui/material";
import { useEffect } from "react";
import { useSetLocale, useTheme } from "react-admin";
import { LANGUAGE_TAGS, LOCALE_NAMES } from "../i18n/translated.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";

/** The page's language, for screen readers and line breaking. */
export function useDocumentLanguage(): void {
  const locale = useConsoleLocale();
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[locale];
  }, [locale]);
}

/** With two languages, the button names the other one in its own words. */
export function LanguageButton() {
  const locale = useConsoleLocale();
  const setLocale = useSetLocale();
  const other = locale === "en" ? "zh" : "en";
  return (
    <Button
      color="inherit"
      size="small"
      startIcon={<TranslateIcon fontSize="small" aria-hidden />}
      lang={LANGUAGE_TAGS[other]}
      onClick={() => setLocale(other)}
    >
      {LOCALE_NAMES[other]}
    </Button>
  );
}

export function ThemeButton() {
  const t = useT();
  const [theme, setTheme] = useTheme();
  const label = t(theme === "dark" ? "app.theme.light" : "app.theme.dark");
  return (
    <Tooltip title={label}>
      <IconButton
        color="inherit"
        aria-label={label}
        onClick={() => setTheme(theme === "dark" ? "light" : "dark")}
      >
        {theme === "dark" ? <LightIcon fontSize="small" /> : <DarkIcon fontSize="small" />}
      </IconButton>
    </Tooltip>
  );
}
