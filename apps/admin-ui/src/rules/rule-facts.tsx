import type { CircuitRules } from "@hallmeter/meter-model";
import { Box, Typography, useTheme } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { Fact, Facts } from "../shared/section.tsx";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import type { Paint } from "../shared/week-painter/paint-track.tsx";
import { WeekPicture } from "../shared/week-painter/week-painter.tsx";
import { type WeekRow, weekRowsOf } from "../shared/week-painter/week-rows.ts";
import { PAINT_COLORS } from "../theme/paint-colors.ts";
import { MARKED, weekOfPeriods } from "./schedule-days.ts";
import { useRuleTexts } from "./use-rule-text.ts";

/** Which of the paint colours mark: dark blue protects, red is off. */
const COLOR_AT = { off: 7, protected: 1 } as const;

/** The one paint of a timetable or of protected times. */
export function useMarkPaint(kind: keyof typeof COLOR_AT, name: string): Paint[] {
  const { mode } = useTheme().palette;
  return [{ id: MARKED, name, color: PAINT_COLORS[mode][COLOR_AT[kind]] }];
}

/** The site's week, and its holidays. */
export function useSiteWeekRows(): WeekRow[] {
  const t = useT();
  const names = useCalendarNames();
  const { restWeekdays } = useSite();
  const days = (["workday", "rest-day", "holiday"] as const).map((id) => ({
    id,
    name: t(`painter.dayTypes.${id}`),
  }));
  return weekRowsOf(restWeekdays, days, names.weekday);
}

/** Rules in sentences, the timetable as a picture. */
export function RuleFacts({ rules }: { rules: CircuitRules }) {
  const t = useT();
  const texts = useRuleTexts()(rules);
  const rows = useSiteWeekRows();
  const paints = useMarkPaint("off", t("rules.off"));
  if (texts.length === 0)
    return (
      <Typography variant="body2" color="textSecondary">
        {t("rules.none")}
      </Typography>
    );
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Facts>
        {texts.map(({ kind, text }) => (
          <Fact key={kind} label={t(`rules.kind.${kind}`)}>
            {text}
          </Fact>
        ))}
      </Facts>
      {rules.schedule !== undefined && (
        <Box sx={{ maxWidth: 420 }}>
          <WeekPicture
            label={texts.find(({ kind }) => kind === "schedule")?.text ?? ""}
            rows={rows}
            days={weekOfPeriods(rules.schedule.off)}
            paints={paints}
            rowHeight={9}
            hasLabels={false}
          />
        </Box>
      )}
    </Box>
  );
}
