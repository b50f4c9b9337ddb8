import type { TariffScheme } from "@hallmeter/meter-model";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import type { Paint } from "../shared/week-painter/paint-track.tsx";
import { type WeekRow, weekRowsOf } from "../shared/week-painter/week-rows.ts";
import { usePaintColors } from "../theme/use-paint-colors.ts";
import { isBuiltIn } from "./day-types.ts";
import { dayTypeIdsOf } from "./tariff-draft.ts";

/** A scheme's rates as paints: the dearer, the warmer. */
export function useRatePaints(rates: TariffScheme["rates"]): Paint[] {
  const colors = usePaintColors(rates.map(({ priceMicroPerKWh }) => priceMicroPerKWh));
  return rates.flatMap(({ id, name }, index) => {
    const color = colors[index];
    return color === undefined ? [] : [{ id, name, color }];
  });
}

export function useDayTypeName(): (
  dayTypes: readonly { id: string; name: string }[],
  dayTypeId: string,
) => string {
  const t = useT();
  return (dayTypes, id) =>
    isBuiltIn(id) ? t(`painter.dayTypes.${id}`) : (dayTypes.find((each) => each.id === id)?.name ?? id);
}

/** The site's week under a scheme: seven days, holidays, and the scheme's own kinds of day. */
export function useWeekRows(dayTypes: TariffScheme["dayTypes"]): WeekRow[] {
  const { restWeekdays } = useSite();
  const names = useCalendarNames();
  const dayTypeName = useDayTypeName();
  const special = dayTypeIdsOf({ dayTypes }).map((id) => ({ id, name: dayTypeName(dayTypes, id) }));
  return weekRowsOf(restWeekdays, special, names.weekday);
}
