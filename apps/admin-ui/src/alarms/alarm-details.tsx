import { Box, Typography } from "@mui/material";
import { isNotFound } from "../api/request.ts";
import type { Alarm, Circuit, Why } from "../api/rows.ts";
import { CircuitControl } from "../circuits/circuit-actions.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Fact, Facts } from "../shared/section.tsx";
import { circuitPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { EvidenceLine } from "./evidence-line.tsx";

/** Alarms of rules that open a circuit: what stands in the way and who may release it belongs beside them. */
const OF_A_RULE: readonly Alarm["kind"][] = ["vicious-load", "overload", "switching-too-often"];

function Heading({ children }: { children: string }) {
  return (
    <Typography component="h3" variant="h3" sx={{ mb: 0.5 }}>
      {children}
    </Typography>
  );
}

function HoldsOf({ circuitId }: { circuitId: string }) {
  const t = useT();
  const { data: circuit, error } = useRow<Circuit>("circuits", circuitId);
  const { data: why } = useRow<Why>("why", circuitId);
  if (error) return isNotFound(error) ? <p>{t("alarms.noCircuit")}</p> : <LoadFailed error={error} />;
  if (circuit === undefined || why === undefined) return <Waiting rows={2} />;
  return <CircuitControl circuit={circuit} why={why} />;
}

/** What it means and what to do, who did what so far, the evidence, and the release where a rule cut the power. */
export function AlarmDetails({ alarm }: { alarm: Alarm }) {
  const t = useT();
  const format = useFormat();
  const { circuitId } = alarm.subject;
  const samples = alarm.evidence?.samples ?? [];
  const isOfARule = OF_A_RULE.includes(alarm.kind);
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2.5,
        px: { xs: 1.5, sm: 7 },
        pb: 2.5,
        pt: 0.5,
        gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
      }}
    >
      <Box>
        <Heading>{t("alarms.means")}</Heading>
        <Typography variant="body2">{t(`alarmHelp.${alarm.kind}.means`)}</Typography>
        <Box sx={{ mt: 1.5 }}>
          <Heading>{t("alarms.whatToDo")}</Heading>
          <Typography variant="body2">{t(`alarmHelp.${alarm.kind}.todo`)}</Typography>
        </Box>
      </Box>
      <Facts>
        <Fact label={t("alarms.raised")}>{format.dateTime(alarm.raisedAt)}</Fact>
        {alarm.acknowledgedBy !== undefined && alarm.acknowledgedAt !== undefined && (
          <Fact label={t("alarms.state.acknowledged")}>
            {t("alarms.ackBy", { name: alarm.acknowledgedBy, time: format.dateTime(alarm.acknowledgedAt) })}
          </Fact>
        )}
        {alarm.comment !== undefined && <Fact label={t("alarms.comment")}>{alarm.comment}</Fact>}
        {alarm.shelveReason !== undefined && (
          <Fact label={t("alarms.state.shelved")}>
            {[alarm.shelvedBy, alarm.shelveReason].filter(Boolean).join(": ")}
          </Fact>
        )}
        {alarm.clearedAt !== undefined && (
          <Fact label={t("alarms.cleared")}>{format.dateTime(alarm.clearedAt)}</Fact>
        )}
      </Facts>
      {samples.length > 1 && (
        <Box>
          <Heading>{t("alarms.evidence")}</Heading>
          <EvidenceLine evidence={alarm.evidence} />
          {alarm.kind === "vicious-load" && circuitId !== undefined && (
            <Typography variant="body2" sx={{ mt: 0.5 }}>
              <TextLink to={circuitPath(circuitId)}>{t("alarms.replay")}</TextLink>
            </Typography>
          )}
        </Box>
      )}
      {isOfARule && circuitId !== undefined && alarm.state !== "cleared" && (
        <Box>
          <Heading>{t("alarms.holds")}</Heading>
          <HoldsOf circuitId={circuitId} />
        </Box>
      )}
    </Box>
  );
}
