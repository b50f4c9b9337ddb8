import { TextField } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useRefresh } from "react-admin";
import type { User } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { newPassword } from "./new-password.ts";
import { isComplete, UserFieldInputs, type UserFields } from "./user-fields.tsx";

export const freshPassword = (): string =>
  newPassword((count) => crypto.getRandomValues(new Uint8Array(count)));

/** A user with a password of the console's making, which is told to `onCreated` and to nobody else. */
export function NewUserDialog({
  onCreated,
  onClose,
}: {
  onCreated: (name: string, password: string) => void;
  onClose: () => void;
}) {
  const t = useT();
  const site = useSite();
  const locale = useConsoleLocale();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [login, setLogin] = useState("");
  const [fields, setFields] = useState<UserFields>({ name: "", roles: [], siteIds: [site.id], locale });

  async function create() {
    const password = freshPassword();
    const { data } = await dataProvider.create<User>("users", {
      data: { ...fields, name: fields.name.trim(), login: login.trim(), password },
    });
    refresh();
    onCreated(data.name, password);
  }

  return (
    <FormDialog
      title={t("users.add")}
      submitLabel={t("users.add")}
      canSubmit={isComplete(fields) && login.trim().length >= 3}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField
        label={t("common.login")}
        value={login}
        required
        autoFocus
        helperText={t("users.loginHelp")}
        onChange={(event) => setLogin(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 64, autoComplete: "off", autoCapitalize: "none" } }}
      />
      <UserFieldInputs fields={fields} onChange={setFields} />
    </FormDialog>
  );
}
