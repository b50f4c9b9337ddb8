import {
  Checkbox,
  FormControl,
  FormControlLabel,
  FormGroup,
  FormLabel,
  Switch,
  TextField,
} from "@mui/material";
import { useState } from "react";
import { useDataProvider, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { type NewWebhook, NOTICE_KINDS, type NoticeKind, type Webhook } from "./rows.ts";

/** A new endpoint, or a change of one. */
export function WebhookDialog({
  webhook,
  onCreated,
  onClose,
}: {
  webhook: Webhook | null;
  onCreated: (created: NewWebhook) => void;
  onClose: () => void;
}) {
  const t = useT();
  const site = useSite();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [kinds, setKinds] = useState<NoticeKind[]>(webhook?.kinds ?? []);
  const [hearsAll, setHearsAll] = useState((webhook?.kinds ?? []).length === 0);
  const [isEnabled, setEnabled] = useState(webhook?.isEnabled ?? true);

  async function save() {
    const fields = { name: name.trim(), url: url.trim(), kinds: hearsAll ? [] : kinds, isEnabled };
    if (webhook === null)
      onCreated(await dataProvider.change<NewWebhook>("POST", "/webhooks", { ...fields, siteId: site.id }));
    else await dataProvider.change("PATCH", `/webhooks/${encodeURIComponent(webhook.id)}`, fields);
    refresh();
  }

  return (
    <FormDialog
      title={
        webhook === null
          ? t("integration.webhook.add")
          : t("integration.webhook.editTitle", { name: webhook.name })
      }
      submitLabel={t(webhook === null ? "integration.webhook.add" : "common.save")}
      canSubmit={name.trim() !== "" && /^https?:\/\/./.test(url.trim()) && (hearsAll || kinds.length > 0)}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField
        label={t("integration.webhook.name")}
        value={name}
        required
        autoFocus
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 120 } }}
      />
      <TextField
        label={t("integration.webhook.url")}
        value={url}
        required
        type="url"
        placeholder="https://"
        onChange={(event) => setUrl(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 2000 } }}
      />
      <FormControl component="fieldset">
        <FormLabel component="legend">{t("integration.webhook.kinds")}</FormLabel>
        <FormControlLabel
          control={
            <Checkbox
              size="small"
              checked={hearsAll}
              onChange={(event) => setHearsAll(event.target.checked)}
            />
          }
          label={t("integration.webhook.allKinds")}
        />
        <FormGroup
          sx={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(200px, 1fr))", pl: 3 }}
        >
          {NOTICE_KINDS.map((kind) => (
            <FormControlLabel
              key={kind}
              control={
                <Checkbox
                  size="small"
                  disabled={hearsAll}
                  checked={hearsAll || kinds.includes(kind)}
                  onChange={(event) =>
                    setKinds(
                      event.target.checked ? [...kinds, kind] : kinds.filter((other) => other !== kind),
                    )
                  }
                />
              }
              label={t(`integration.notice.${kind}`)}
            />
          ))}
        </FormGroup>
      </FormControl>
      <FormControlLabel
        control={<Switch checked={isEnabled} onChange={(event) => setEnabled(event.target.checked)} />}
        label={t("integration.webhook.enabled")}
      />
    </FormDialog>
  );
}
