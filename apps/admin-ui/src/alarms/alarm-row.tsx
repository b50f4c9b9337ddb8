import type { Severity } from "@hallmeter/meter-model";
import ExpandIcon from "@mui/icons-material/ExpandMore";
import { Box, Button, Checkbox, Collapse, IconButton, Typography } from "@mui/material";
import { useId } from "react";
import type { Alarm } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { figuresOf } from "../shared/describe-hold.ts";
import { Chip } from "../shared/state-chip.tsx";
import { circuitPath, householdPath, TextLink } from "../shared/text-link.tsx";
import type { StateColor } from "../theme/state-colors.ts";
import { AlarmDetails } from "./alarm-details.tsx";
import { nameOf } from "./bulk-outcome.tsx";

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
  /** The one that the keys act on: it takes the focus. */
  isCurrent: boolean;
  onCurrent: () => void;
  isOpen: boolean;
  onToggle: () => void;
  isSelected: boolean;
  onSelect: (isSelected: boolean) => void;
  /** Undefined when this alarm or this person cannot. */
  onAcknowledge: (() => void) | undefined;
  onShelve: (() => void) | undefined;
  onUnshelve: (() => void) | undefined;
}

/** One alarm: what, where, since when, who has it; the evidence below on demand. */
export function AlarmRow({
  alarm,
  nowMs,
  isCurrent,
  onCurrent,
  isOpen,
  onToggle,
  isSelected,
  onSelect,
  onAcknowledge,
  onShelve,
  onUnshelve,
}: Props) {
  const t = useT();
  const format = useFormat();
  const detailsId = useId();
  const name = nameOf(alarm, t);
  const path = subjectPath(alarm.subject);
  const figures = figuresOf(alarm.params, t, format);

  const acts = (
    <>
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
    </>
  );

  return (
    <Box
      component="li"
      data-alarm={alarm.id}
      tabIndex={isCurrent ? 0 : -1}
      aria-label={name}
      onFocus={onCurrent}
      sx={{
        listStyle: "none",
        borderTop: 1,
        borderColor: "divider",
        // Drawn inside: the frame of the list cuts off what stands out.
        "&:focus-visible": { outline: 2, outlineOffset: -2, outlineColor: "primary.main" },
        ...(isSelected && { backgroundColor: "action.selected" }),
      }}
    >
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
              alarm.state === "acknowledged" && alarm.acknowledgedBy !== undefined
                ? t("alarms.acknowledgedBy", { name: alarm.acknowledgedBy })
                : t(`alarms.state.${alarm.state}`),
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
        <Box sx={{ display: { xs: "none", sm: "flex" }, gap: 0.5, pt: 0.25 }}>{acts}</Box>
        <IconButton
          size="small"
          aria-label={t("alarms.details", { name })}
          aria-expanded={isOpen}
          aria-controls={detailsId}
          onClick={onToggle}
          sx={{ transform: isOpen ? "rotate(180deg)" : "none", transition: "transform 150ms" }}
        >
          <ExpandIcon />
        </IconButton>
      </Box>
      <Collapse in={isOpen} id={detailsId} unmountOnExit>
        {/* Beside the alarm a phone has no room for them. */}
        <Box sx={{ display: { xs: "flex", sm: "none" }, gap: 1, px: 1.5, pb: 1 }}>{acts}</Box>
        <AlarmDetails alarm={alarm} />
      </Collapse>
    </Box>
  );
}
