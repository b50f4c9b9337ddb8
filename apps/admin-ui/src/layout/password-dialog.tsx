import { TextField } from "@mui/material";
import { useState } from "react";
import { useNotify } from "react-admin";
import type { Session } from "../api/session.ts";
import { useT } from "../i18n/use-t.ts";
import { FormDialog } from "../shared/form-dialog.tsx";

/** What the API asks of every password. */
const SHORTEST_PASSWORD = 10;

/** Changes one's own password: who was given one, by the first administrator or after a reset, makes it their own. */
export function PasswordDialog({
  changePassword,
  onClose,
}: {
  changePassword: Session["changePassword"];
  onClose: () => void;
}) {
  const t = useT();
  const notify = useNotify();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  async function change() {
    await changePassword(current, next);
    notify(t("app.password.done"), { type: "success" });
  }
  return (
    <FormDialog
      title={t("app.password.title")}
      submitLabel={t("app.password.change")}
      canSubmit={current !== "" && next.length >= SHORTEST_PASSWORD}
      onSubmit={change}
      onClose={onClose}
    >
      <TextField
        autoFocus
        required
        type="password"
        label={t("app.password.current")}
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <TextField
        required
        type="password"
        label={t("app.password.next")}
        helperText={t("app.password.nextHelp", { least: SHORTEST_PASSWORD })}
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
    </FormDialog>
  );
}
