import { Alert, Box, Button, Link, Paper, TextField, Typography } from "@mui/material";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Notification, useLogin } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { Brand } from "../layout/brand.tsx";
import { LanguageButton, ThemeButton, useDocumentLanguage } from "../layout/preferences.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";

export function LoginPage() {
  const t = useT();
  const login = useLogin();
  const problemText = useProblemText();
  const alert = useRef<HTMLDivElement>(null);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  useDocumentLanguage();
  useEffect(() => {
    document.title = `${t("common.signIn")} · Hallmeter`;
  }, [t]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isRunning) return;
    const form = new FormData(event.currentTarget);
    setIsRunning(true);
    setProblem(null);
    try {
      await login({ username: String(form.get("login")), password: String(form.get("password")) });
    } catch (error) {
      setProblem(error);
      setIsRunning(false);
    }
  }

  return (
    <Box
      component="main"
      sx={{
        minHeight: "100vh",
        display: "grid",
        placeItems: "center",
        p: 2,
        backgroundColor: "background.default",
      }}
    >
      <Box sx={{ width: "100%", maxWidth: 400, display: "grid", gap: 2.5 }}>
        <Box sx={{ display: "flex", flexDirection: "column", alignItems: "center", gap: 0.5 }}>
          <Brand large />
          <Typography variant="body2" color="textSecondary">
            {t("app.tagline")}
          </Typography>
        </Box>
        <Paper component="form" variant="outlined" onSubmit={submit} sx={{ p: 3, display: "grid", gap: 2 }}>
          <Box>
            <Typography component="h1" variant="h1">
              {t("app.signInTo")}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {t("app.signInFor")}
            </Typography>
          </Box>
          <TextField
            name="login"
            label={t("common.login")}
            required
            autoFocus
            autoComplete="username"
            slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }}
          />
          <TextField
            name="password"
            type="password"
            label={t("common.password")}
            required
            autoComplete="current-password"
          />
          {problem !== null && (
            <Alert severity="error" ref={alert}>
              {problemText(problem)}
            </Alert>
          )}
          <Button type="submit" variant="contained" size="large" loading={isRunning}>
            {t("common.signIn")}
          </Button>
        </Paper>
        <Box sx={{ display: "flex", alignItems: "center", justifyContent: "space-between", gap: 1 }}>
          <Link href="/my" variant="body2">
            {t("app.residentLink")}
          </Link>
          <Box sx={{ display: "flex", alignItems: "center" }}>
            <LanguageButton />
            <ThemeButton />
          </Box>
        </Box>
      </Box>
      <Notification />
    </Box>
  );
}
