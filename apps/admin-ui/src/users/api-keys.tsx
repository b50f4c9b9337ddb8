import AddIcon from "@mui/icons-material/Add";
import { Box, Button, MenuItem, Paper, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { SecretOnce } from "../shared/secret-once.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { ApiKey, NewApiKey } from "./rows.ts";

const MOST_SHOWN = 200;
const DAY_MS = 86_400_000;
/** Null: no end. A year is what an audit asks for. */
const LIFETIMES_DAYS = [30, 90, 365, null] as const;

function NewKeyDialog({ onCreated, onClose }: { onCreated: (key: NewApiKey) => void; onClose: () => void }) {
  const t = useT();
  const { id: siteId } = useSite();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [name, setName] = useState("");
  const [days, setDays] = useState<number | null>(365);

  async function create() {
    const expiresAt = days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString();
    const body = { siteId, name: name.trim(), expiresAt };
    onCreated(await dataProvider.change<NewApiKey>("POST", "/api-keys", body));
    refresh();
  }

  return (
    <FormDialog
      title={t("users.key.add")}
      submitLabel={t("users.key.add")}
      canSubmit={name.trim() !== ""}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField
        label={t("users.key.name")}
        value={name}
        required
        autoFocus
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 120 } }}
      />
      <TextField
        select
        label={t("users.key.lifetime")}
        value={days ?? 0}
        onChange={(event) => setDays(Number(event.target.value) || null)}
      >
        {LIFETIMES_DAYS.map((value) => (
          <MenuItem key={value ?? 0} value={value ?? 0}>
            {value === null
              ? t("users.key.unlimited")
              : value === 365
                ? t("users.key.year")
                : t("users.key.days", { smart_count: value })}
          </MenuItem>
        ))}
      </TextField>
    </FormDialog>
  );
}

function KeyRow({ row, onRevoke }: { row: ApiKey; onRevoke: () => void }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(60_000);
  const isActive = row.state === "active";
  return (
    <Box
      component="li"
      sx={{
        ...{ listStyle: "none", px: 2, py: 1.25, borderTop: 1, borderColor: "divider" },
        ...{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" },
        "&:first-of-type": { borderTop: 0 },
      }}
    >
      <Box sx={{ flex: 1, minWidth: 220 }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
          <strong>{row.name}</strong>
          <code>{row.prefix}…</code>
          <Chip color={isActive ? "on" : "vacant"}>{t(`users.key.state.${row.state}`)}</Chip>
        </Box>
        <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {[
            `${t("users.key.createdBy")} ${row.createdBy}, ${format.date(row.createdAt)}`,
            t("common.named", {
              name: t("users.key.lastUsed"),
              value:
                row.lastUsedAt === null ? t("users.key.neverUsed") : format.moment(row.lastUsedAt, nowMs),
            }),
            t("common.named", {
              name: t("users.key.expires"),
              value: row.expiresAt === null ? t("users.key.never") : format.date(row.expiresAt),
            }),
          ].join(" · ")}
        </Typography>
      </Box>
      {isActive && (
        <Button
          size="small"
          color="error"
          variant="outlined"
          aria-label={t("users.key.revokeOf", { name: row.name })}
          onClick={onRevoke}
        >
          {t("users.key.revoke")}
        </Button>
      )}
    </Box>
  );
}

/** Ways in for programs: made here, shown once, revoked here. */
export function ApiKeys() {
  const t = useT();
  const site = useSite();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<NewApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const { data, error, refetch } = useGetList<ApiKey>("api-keys", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "createdAt", order: "DESC" },
    filter: { siteId: site.id },
  });

  async function revoke({ id }: ApiKey) {
    await dataProvider.change("DELETE", `/api-keys/${encodeURIComponent(id)}`);
    notify(t("users.key.revoked"), { type: "success" });
    refresh();
  }

  const add = (
    <Button variant="contained" startIcon={<AddIcon aria-hidden />} onClick={() => setAdding(true)}>
      {t("users.key.add")}
    </Button>
  );
  return (
    <>
      <PageTitle title={t("users.keys")} />
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={4} />}
      {data?.length === 0 && (
        <EmptyState title={t("users.key.empty")} help={t("users.key.emptyHelp")} action={add} />
      )}
      {data !== undefined && data.length > 0 && (
        <>
          <Box sx={{ mb: 1.5 }}>{add}</Box>
          <Paper
            component="ul"
            variant="outlined"
            aria-label={t("users.keys")}
            sx={{ m: 0, p: 0, overflow: "hidden" }}
          >
            {data.map((row) => (
              <KeyRow key={row.id} row={row} onRevoke={() => setRevoking(row)} />
            ))}
          </Paper>
        </>
      )}
      {isAdding && <NewKeyDialog onCreated={setMade} onClose={() => setAdding(false)} />}
      {made !== null && (
        <SecretOnce
          title={t("users.key.title", { name: made.name })}
          label={t("users.key.label")}
          help={t("users.key.once")}
          secret={made.key}
          onClose={() => setMade(null)}
        />
      )}
      {revoking !== null && (
        <ConfirmAct
          title={t("users.key.revokeOf", { name: revoking.name })}
          confirmLabel={t("users.key.revoke")}
          color="error"
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(null)}
        >
          {t("users.key.revokeHelp")}
        </ConfirmAct>
      )}
    </>
  );
}
