import type { Severity } from "@hallmeter/meter-model";
import ExpandIcon from "@mui/icons-material/ExpandMore";
import { Box, Button, Checkbox, Collapse, IconButton, Typography } from "@mui/material";
import { useId, useState } from "react";
import type { Alarm } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { figuresOf } from "../shared/describe-hold.ts";
import { Fact, Facts } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { circuitPath, householdPath, TextLink } from "../shared/text-link.tsx";
import type { StateColor } from "../theme/state-colors.ts";
import { EvidenceLine } from "./evidence-line.tsx";

const SEVERITY_COLORS = {
  critical: "alarm",
  high: "alarm",
  medium: "low",
  low: "switching",
  info: "unknown",
} as const satisfies Record<Severity, StateColor>;

function subjectPath({ circuitId, householdId }: Alarm["subject"]): string | null {
  if (circuitId !== undefined) return circuitPath(circuitId);
  return householdId === undefined ? null : householdPath(householdId);
}

interface Props {
  alarm: Alarm;
  nowMs: number;
  isSelected: boolean;
  onSelect: (isSelected: boolean) => void;
  /** Undefined when this alarm or this person cannot. */
  onAcknowledge: (() => void) | undefined;
  onShelve: (() => void) | undefined;
  onUnshelve: (() => void) | undefined;
}

/** One alarm: what, where, since when, who has it; the evidence below on demand. */
export function AlarmRow({ alarm, nowMs, isSelected, onSelect, onAcknowledge, onShelve, onUnshelve }: Props) {
  const t = useT();
  const format = useFormat();
  const detailsId = useId();
  const [isOpen, setIsOpen] = useState(false);
  const name = `${t(`alarmKind.${alarm.kind}`)} · ${alarm.subjectName}`;
  const path = subjectPath(alarm.subject);
  const figures = figuresOf(alarm.params, t, format);

  return (
    <Box component="li" sx={{ listStyle: "none", borderTop: 1, borderColor: "divider" }}>
      <Box sx={{ display: "flex", alignItems: "flex-start", gap: 1, px: { xs: 0.5, sm: 1.5 }, py: 1 }}>
        <Checkbox
          size="small"
          checked={isSelected}
          onChange={(event) => onSelect(event.target.checked)}
          slotProps={{ input: { "aria-label": t("alarms.select", { name }) } }}
        />
        <Box sx={{ flex: 1, minWidth: 0, display: "grid", gap: 0.25, pt: 0.75 }}>
          <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
            <Chip color={SEVERITY_COLORS[alarm.severity]}>{t(`alarms.severity.${alarm.severity}`)}</Chip>
            <Typography component="h2" variant="body1" sx={{ fontWeight: 650 }}>
              {t(`alarmKind.${alarm.kind}`)}
            </Typography>
            {path === null ? (
              <span>{alarm.subjectName}</span>
            ) : (
              <TextLink to={path}>{alarm.subjectName}</TextLink>
            )}
          </Box>
          <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
            {[
              format.moment(alarm.lastRaisedAt, nowMs),
              t(`alarms.state.${alarm.state}`),
              ...(alarm.count > 1 ? [t("alarms.again", { smart_count: alarm.count })] : []),
              ...(alarm.state === "shelved" && alarm.shelvedUntil !== undefined
                ? [t("alarms.untilShelved", { time: format.moment(alarm.shelvedUntil, nowMs) })]
                : []),
              ...figures,
            ].join(" · ")}
          </Typography>
          {alarm.comment !== undefined && (
            <Typography variant="body2">{t("hold.note", { note: alarm.comment })}</Typography>
          )}
        </Box>
        <Box sx={{ display: { xs: "none", sm: "flex" }, gap: 0.5, pt: 0.25 }}>
          {onAcknowledge && (
            <Button size="small" onClick={onAcknowledge}>
              {t("alarms.acknowledge")}
            </Button>
          )}
          {onShelve && (
            <Button size="small" color="inherit" onClick={onShelve}>
              {t("alarms.shelve")}
            </Button>
          )}
          {onUnshelve && (
            <Button size="small" color="inherit" onClick={onUnshelve}>
              {t("alarms.unshelve")}
            </Button>
          )}
        </Box>
        <IconButton
          size="small"
          aria-label={t("alarms.details", { name })}
          aria-expanded={isOpen}
          aria-controls={detailsId}
          onClick={() => setIsOpen(!isOpen)}
          sx={{ transform: isOpen ? "rotate(180deg)" : "none", transition: "transform 150ms" }}
        >
          <ExpandIcon />
        </IconButton>
      </Box>
      <Collapse in={isOpen} id={detailsId} unmountOnExit>
        <Box
          sx={{
            display: "grid",
            gap: 2,
            px: { xs: 2, sm: 7 },
            pb: 2,
            gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
          }}
        >
          <Facts>
            <Fact label={t("alarms.raised")}>{format.dateTime(alarm.raisedAt)}</Fact>
            {alarm.acknowledgedBy !== undefined && alarm.acknowledgedAt !== undefined && (
              <Fact label={t("alarms.state.acknowledged")}>
                {t("alarms.ackBy", {
                  name: alarm.acknowledgedBy,
                  time: format.dateTime(alarm.acknowledgedAt),
                })}
              </Fact>
            )}
            {alarm.shelveReason !== undefined && (
              <Fact label={t("alarms.state.shelved")}>
                {[alarm.shelvedBy, alarm.shelveReason].filter(Boolean).join(": ")}
              </Fact>
            )}
            {alarm.clearedAt !== undefined && (
              <Fact label={t("alarms.cleared")}>{format.dateTime(alarm.clearedAt)}</Fact>
            )}
          </Facts>
          <Box>
            <Typography component="h3" variant="body2" color="textSecondary">
              {t("alarms.evidence")}
            </Typography>
            <EvidenceLine evidence={alarm.evidence} />
          </Box>
        </Box>
      </Collapse>
    </Box>
  );
}
