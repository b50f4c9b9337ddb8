import { DialogContentText } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import type { NewWebhook, Webhook } from "./rows.ts";

/** In hours; none ends the old secret at once. */
const OVERLAPS = ["24", "168", "0"] as const;
type Overlap = (typeof OVERLAPS)[number];

/** Replaces a webhook's secret; the new one is shown once. */
export function SecretDialog({
  webhook,
  onReplaced,
  onClose,
}: {
  webhook: Webhook;
  onReplaced: (webhook: NewWebhook) => void;
  onClose: () => void;
}) {
  const t = useT();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [overlap, setOverlap] = useState<Overlap>("24");
  return (
    <FormDialog
      title={t("integration.webhook.replaceTitle", { name: webhook.name })}
      submitLabel={t("integration.webhook.replaceNow")}
      color={overlap === "0" ? "error" : "primary"}
      onSubmit={async () => {
        const path = `/webhooks/${encodeURIComponent(webhook.id)}/secret`;
        onReplaced(await dataProvider.change<NewWebhook>("POST", path, { overlapHours: Number(overlap) }));
        refresh();
      }}
      onClose={onClose}
    >
      <DialogContentText>{t("integration.webhook.replaceHelp")}</DialogContentText>
      <ChoiceField
        label={t("integration.webhook.overlap")}
        value={overlap}
        choices={OVERLAPS.map((value) => ({ value, label: t(`integration.webhook.overlaps.${value}`) }))}
        onChange={setOverlap}
      />
    </FormDialog>
  );
}
