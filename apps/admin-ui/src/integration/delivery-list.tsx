import { Box, Button, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useNowMs } from "../shared/use-now.ts";
import type { StateColor } from "../theme/state-colors.ts";
import { integrationEn } from "./messages.en.ts";
import type { Delivery, DeliveryState } from "./rows.ts";

const COLORS = {
  pending: "switching",
  sent: "on",
  failed: "alarm",
  suppressed: "vacant",
} as const satisfies Record<DeliveryState, StateColor>;

type Problem = keyof typeof integrationEn.integration.delivery.problem;
const isKnownProblem = (problem: string): problem is Problem =>
  problem !== "other" && Object.hasOwn(integrationEn.integration.delivery.problem, problem);

/** Messages with their attempts, the newest first. */
export function DeliveryList({
  deliveries,
  label,
  onSendAgain,
}: {
  deliveries: readonly Delivery[];
  label: string;
  /** Undefined where nothing is sent twice. */
  onSendAgain?: (delivery: Delivery) => void;
}) {
  return (
    <Box component="ul" aria-label={label} sx={{ m: 0, p: 0 }}>
      {deliveries.map((delivery) => (
        <DeliveryRow
          key={delivery.id}
          delivery={delivery}
          action={
            onSendAgain && delivery.state !== "pending" ? (
              <SendAgain delivery={delivery} onClick={() => onSendAgain(delivery)} />
            ) : undefined
          }
        />
      ))}
    </Box>
  );
}

function SendAgain({ delivery, onClick }: { delivery: Delivery; onClick: () => void }) {
  const t = useT();
  return (
    <Button
      size="small"
      aria-label={t("integration.webhook.againOf", { title: delivery.title })}
      onClick={onClick}
    >
      {t("integration.webhook.again")}
    </Button>
  );
}

function DeliveryRow({ delivery, action }: { delivery: Delivery; action: ReactNode }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(30_000);
  const { kind, title, state, attempts, log } = delivery;
  const problemText = (problem: string) =>
    isKnownProblem(problem)
      ? t(`integration.delivery.problem.${problem}`)
      : t("integration.delivery.problem.other", { problem });
  return (
    <Box
      component="li"
      sx={{
        ...{ listStyle: "none", px: 2, py: 1, borderTop: 1, borderColor: "divider" },
        ...{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "flex-start" },
      }}
    >
      <Box sx={{ flex: 1, minWidth: 200 }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
          <Chip color={COLORS[state]}>{t(`integration.delivery.state.${state}`)}</Chip>
          <strong>{kind === title ? t(`integration.notice.${kind}`) : title}</strong>
        </Box>
        <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {[
            t("common.named", {
              name: t(`integration.delivery.channel.${delivery.channel}`),
              value: delivery.recipientName,
            }),
            format.moment(delivery.at, nowMs),
            ...(attempts > 0 ? [t("integration.delivery.attempts", { smart_count: attempts })] : []),
            ...(state === "pending" && Date.parse(delivery.notBefore) > nowMs
              ? [t("integration.delivery.nextTry", { time: format.moment(delivery.notBefore, nowMs) })]
              : []),
          ].join(" · ")}
        </Typography>
        {delivery.problem !== null && log.length === 0 && (
          <Typography variant="body2">{problemText(delivery.problem)}</Typography>
        )}
        {log.length > 0 && (
          <Box
            component="ul"
            aria-label={t("integration.delivery.details", { title })}
            sx={{
              ...{ m: 0, mt: 0.25, pl: 2.5, overflowWrap: "anywhere" },
              ...{ fontSize: "0.8125rem", fontVariantNumeric: "tabular-nums" },
            }}
          >
            {log.map((attempt) => (
              <li key={attempt.at}>
                {format.moment(attempt.at, nowMs)} ·{" "}
                {attempt.problem === null ? t("integration.delivery.arrived") : problemText(attempt.problem)}
                {attempt.detail !== "" && ` · ${attempt.detail}`}
              </li>
            ))}
          </Box>
        )}
      </Box>
      {action}
    </Box>
  );
}
