import { Box, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import type { Command, EventRow } from "../api/rows.ts";
import { eventText } from "../i18n/event-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { CommandStateLine } from "../shared/command-status.tsx";
import { figuresOf } from "../shared/describe-hold.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { Waiting } from "../shared/waiting.tsx";

const MOST_SHOWN = 20;

const LIST = {
  m: 0,
  p: 0,
  listStyle: "none",
  display: "grid",
  gap: 1.25,
  maxHeight: 360,
  overflow: "auto",
} as const;

export function CircuitCommands({ circuitId }: { circuitId: string }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(60_000);
  const { data, error } = useGetList<Command>("commands", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "issuedAt", order: "DESC" },
    filter: { circuitId },
  });
  return (
    <Section title={t("circuit.commands")}>
      {error && <LoadFailed error={error} />}
      {data === undefined && !error && <Waiting rows={3} />}
      {data?.length === 0 && (
        <EmptyState dense title={t("circuit.noCommands")} help={t("circuit.noCommandsHelp")} />
      )}
      {data !== undefined && data.length > 0 && (
        <Box component="ul" sx={LIST} tabIndex={0} aria-label={t("circuit.commands")}>
          {data.map((command) => (
            <li key={command.id}>
              <Typography variant="body2" component="div">
                <strong>{t(`circuit.action.${command.action}`)}</strong> ·{" "}
                <CommandStateLine command={command} />
              </Typography>
              <Typography variant="caption" color="textSecondary" component="div">
                {t("command.by", { name: command.by.name, time: format.moment(command.issuedAt, nowMs) })}
                {command.reason !== "" && ` · ${t("hold.note", { note: command.reason })}`}
              </Typography>
            </li>
          ))}
        </Box>
      )}
    </Section>
  );
}

export function CircuitEvents({ circuitId }: { circuitId: string }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(60_000);
  const { data, error } = useGetList<EventRow>("events", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "at", order: "DESC" },
    filter: { circuitId },
  });
  return (
    <Section title={t("circuit.events")}>
      {error && <LoadFailed error={error} />}
      {data === undefined && !error && <Waiting rows={3} />}
      {data?.length === 0 && (
        <EmptyState dense title={t("circuit.noEvents")} help={t("circuit.noEventsHelp")} />
      )}
      {data !== undefined && data.length > 0 && (
        <Box component="ul" sx={LIST} tabIndex={0} aria-label={t("circuit.events")}>
          {data.map((event) => {
            const figures = figuresOf(event.params, t, format);
            return (
              <li key={event.id}>
                <Typography variant="body2" component="div">
                  {eventText(event, t)}
                </Typography>
                <Typography
                  variant="caption"
                  color="textSecondary"
                  component="div"
                  sx={{ fontVariantNumeric: "tabular-nums" }}
                >
                  {[format.moment(event.at, nowMs), ...figures].join(" · ")}
                </Typography>
              </li>
            );
          })}
        </Box>
      )}
    </Section>
  );
}
