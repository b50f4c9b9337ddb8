import { Box, Typography } from "@mui/material";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { policyPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { missedMonths, nextDue } from "./month-state.ts";
import { useMonths, useToday } from "./use-months.ts";

/** When it is due next, and what was missed. */
export function NextRun({ policyId }: { policyId: string }) {
  const t = useT();
  const format = useFormat();
  const mayGive = useMay()("grants.give");
  const today = useToday();
  const { data: months, error } = useMonths(policyId);
  if (error) return <LoadFailed error={error} />;
  if (months === undefined) return <Waiting rows={1} />;
  const next = nextDue(months, today);
  const missed = missedMonths(months, today);
  const [oldest] = missed;
  return (
    <Box sx={{ display: "grid", gap: 0.5 }}>
      <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {next?.dueOn
          ? t("common.named", { name: t("grants.next"), value: format.date(next.dueOn) })
          : t("grants.nextNone")}
      </Typography>
      {oldest !== undefined && (
        <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
          <Chip color="low">{t("grants.missed", { smart_count: missed.length })}</Chip>
          {mayGive && (
            <TextLink to={`${policyPath(policyId)}/${oldest.month}`}>
              {t("grants.catchUp", { month: format.monthAndYear(oldest.month) })}
            </TextLink>
          )}
        </Box>
      )}
    </Box>
  );
}
