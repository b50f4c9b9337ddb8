import AddIcon from "@mui/icons-material/Add";
import { Box, Button, Paper, Typography } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { SecretOnce } from "../shared/secret-once.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";
import { DeliveryList } from "./delivery-list.tsx";
import type { Delivery, NewWebhook, Webhook } from "./rows.ts";
import { SecretDialog } from "./secret-dialog.tsx";
import { WebhookDialog } from "./webhook-dialog.tsx";

const MOST_WEBHOOKS = 200;
const PER_PAGE = 10;

const pathOf = ({ id }: Webhook): string => `/webhooks/${encodeURIComponent(id)}`;

function Deliveries({ webhook }: { webhook: Webhook }) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const refresh = useRefresh();
  const refetchInterval = useFallbackInterval();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [page, setPage] = useState(1);
  const { data, total, error, refetch } = useGetList<Delivery>(
    "deliveries",
    {
      pagination: { page, perPage: PER_PAGE },
      sort: { field: "at", order: "DESC" },
      filter: { webhookId: webhook.id },
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  const sendAgain = ({ id }: Delivery) =>
    dataProvider
      .change("POST", `${pathOf(webhook)}/deliveries/${encodeURIComponent(id)}/redeliver`)
      .then(() => {
        notify(t("integration.webhook.sentAgain"), { type: "success" });
        refresh();
      })
      .catch((cause: unknown) => notify(problemText(cause), { type: "error" }));
  const label = t("integration.webhook.log", { name: webhook.name });
  return (
    <Box sx={{ borderTop: 1, borderColor: "divider", backgroundColor: "background.default" }}>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={2} />}
      {data?.length === 0 && (
        <Box sx={{ px: 2 }}>
          <EmptyState dense title={t("integration.delivery.empty")} />
        </Box>
      )}
      {data !== undefined && data.length > 0 && (
        <DeliveryList deliveries={data} label={label} onSendAgain={(delivery) => void sendAgain(delivery)} />
      )}
      <Pages page={page} perPage={PER_PAGE} total={total ?? 0} onPage={setPage} label={label} />
    </Box>
  );
}

function WebhookRow({
  webhook,
  onEdit,
  onReplaceSecret,
  onRemove,
}: {
  webhook: Webhook;
  onEdit: () => void;
  onReplaceSecret: () => void;
  onRemove: () => void;
}) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isOpen, setOpen] = useState(false);
  const test = () =>
    dataProvider
      .change("POST", `${pathOf(webhook)}/test`)
      .then(() => {
        setOpen(true);
        notify(t("integration.webhook.testSent"), { type: "success" });
        refresh();
      })
      .catch((cause: unknown) => notify(problemText(cause), { type: "error" }));
  const format = useFormat();
  const { name, url, kinds, isEnabled, formerSecretUntil } = webhook;
  return (
    <Paper component="li" variant="outlined" sx={{ listStyle: "none", overflow: "hidden" }}>
      <Box sx={{ px: 2, py: 1.5, display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
        <Box sx={{ flex: 1, minWidth: 220 }}>
          <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
            <Typography component="h2" variant="body1" sx={{ fontWeight: 650 }}>
              {name}
            </Typography>
            <Chip color={isEnabled ? "on" : "vacant"}>
              {t(isEnabled ? "integration.webhook.on" : "integration.webhook.off")}
            </Chip>
          </Box>
          <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
            {url}
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {t("integration.webhook.kinds")}:{" "}
            {kinds.length === 0
              ? t("integration.webhook.everything")
              : kinds.map((kind) => t(`integration.notice.${kind}`)).join(", ")}
          </Typography>
          {formerSecretUntil !== null && (
            <Typography variant="body2" color="textSecondary">
              {t("integration.webhook.bothSecrets", { time: format.dateTime(formerSecretUntil) })}
            </Typography>
          )}
        </Box>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
          <Button size="small" variant="outlined" onClick={() => void test()}>
            {t("integration.webhook.test")}
          </Button>
          <Button size="small" variant="outlined" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t(isOpen ? "integration.webhook.hideLog" : "integration.webhook.showLog")}
          </Button>
          <Button size="small" color="inherit" onClick={onEdit}>
            {t("integration.webhook.edit")}
          </Button>
          <Button size="small" color="inherit" onClick={onReplaceSecret}>
            {t("integration.webhook.replace")}
          </Button>
          <Button size="small" color="error" onClick={onRemove}>
            {t("integration.webhook.remove")}
          </Button>
        </Box>
      </Box>
      {isOpen && <Deliveries webhook={webhook} />}
    </Paper>
  );
}

type Asking = { act: "edit"; webhook: Webhook | null } | { act: "remove" | "secret"; webhook: Webhook };

/** Endpoints of the customer's programs, each with what it was sent. */
export function WebhooksSection() {
  const t = useT();
  const site = useSite();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [created, setCreated] = useState<NewWebhook | null>(null);
  const { data, error, refetch } = useGetList<Webhook>("webhooks", {
    pagination: { page: 1, perPage: MOST_WEBHOOKS },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  const close = () => setAsking(null);

  async function remove(webhook: Webhook) {
    await dataProvider.change("DELETE", pathOf(webhook));
    refresh();
  }

  const add = (
    <Button
      variant="contained"
      startIcon={<AddIcon aria-hidden />}
      onClick={() => setAsking({ act: "edit", webhook: null })}
    >
      {t("integration.webhook.add")}
    </Button>
  );
  return (
    <>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={4} />}
      {data?.length === 0 && (
        <EmptyState
          title={t("integration.webhook.empty")}
          help={t("integration.webhook.emptyHelp")}
          action={add}
        />
      )}
      {data !== undefined && data.length > 0 && (
        <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "minmax(0, 1fr)" }}>
          <div>{add}</div>
          <Box
            component="ul"
            aria-label={t("integration.views.webhooks")}
            sx={{ m: 0, p: 0, display: "grid", gap: 1, gridTemplateColumns: "minmax(0, 1fr)" }}
          >
            {data.map((webhook) => (
              <WebhookRow
                key={webhook.id}
                webhook={webhook}
                onEdit={() => setAsking({ act: "edit", webhook })}
                onReplaceSecret={() => setAsking({ act: "secret", webhook })}
                onRemove={() => setAsking({ act: "remove", webhook })}
              />
            ))}
          </Box>
        </Box>
      )}
      {asking?.act === "edit" && (
        <WebhookDialog webhook={asking.webhook} onCreated={setCreated} onClose={close} />
      )}
      {asking?.act === "secret" && (
        <SecretDialog webhook={asking.webhook} onReplaced={setCreated} onClose={close} />
      )}
      {asking?.act === "remove" && (
        <ConfirmAct
          title={t("integration.webhook.removeTitle", { name: asking.webhook.name })}
          confirmLabel={t("integration.webhook.remove")}
          color="error"
          onConfirm={() => remove(asking.webhook)}
          onClose={close}
        >
          {t("integration.webhook.removeHelp")}
        </ConfirmAct>
      )}
      {created !== null && (
        <SecretOnce
          title={t("integration.webhook.secretTitle", { name: created.name })}
          label={t("integration.webhook.secret")}
          help={t("integration.webhook.secretOnce")}
          secret={created.secret}
          onClose={() => setCreated(null)}
        />
      )}
    </>
  );
}
