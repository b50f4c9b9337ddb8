import type { TariffScheme } from "@hallmeter/meter-model";
import { Box, Typography } from "@mui/material";
import { useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { PaintMark } from "../shared/week-painter/brush-bar.tsx";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import { WeekPicture } from "../shared/week-painter/week-painter.tsx";
import { useRatePaints, useWeekRows } from "./scheme-week.ts";
import { draftOf } from "./tariff-draft.ts";

/** What a household pays beside its energy. */
export function useExtras(scheme: TariffScheme): string[] {
  const t = useT();
  const format = useFormat();
  const { standingMicroPerDay, taxPpm, blocks, demands } = scheme;
  const [first] = blocks?.steps ?? [];
  return [
    ...(first === undefined
      ? []
      : [
          t(blocks?.by === "year" ? "tariffs.yearBlocks" : "tariffs.blocks", {
            energy: format.energy(first.aboveWh),
          }),
        ]),
    ...demands.map(({ name, priceMicroPerKW }) =>
      t("tariffs.demand", { name, price: format.price(priceMicroPerKW, `kW/${t("tariffs.month")}`) }),
    ),
    ...(standingMicroPerDay === 0
      ? []
      : [t("tariffs.standing", { price: format.price(standingMicroPerDay, t("tariffs.day")) })]),
    ...(taxPpm === 0 ? [] : [t("tariffs.tax", { percent: taxPpm / 10_000 })]),
  ];
}

/** Rates with their colours and prices. */
export function RateLegend({ scheme }: { scheme: TariffScheme }) {
  const format = useFormat();
  const paints = useRatePaints(scheme.rates);
  const extras = useExtras(scheme);
  return (
    <Box sx={{ display: "grid", gap: 0.5 }}>
      <Box
        component="ul"
        sx={{ m: 0, p: 0, listStyle: "none", display: "flex", flexWrap: "wrap", columnGap: 2, rowGap: 0.5 }}
      >
        {scheme.rates.map(({ id, name, priceMicroPerKWh }, index) => {
          const paint = paints[index];
          return (
            <Box component="li" key={id} sx={{ display: "flex", gap: 0.75, alignItems: "center" }}>
              {paint && <PaintMark paint={paint} />}
              <Typography component="span" variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
                {name} <strong>{format.price(priceMicroPerKWh)}</strong>
              </Typography>
            </Box>
          );
        })}
      </Box>
      {extras.length > 0 && (
        <Typography variant="body2" color="textSecondary">
          {extras.join(" · ")}
        </Typography>
      )}
    </Box>
  );
}

/** The week of one season as a picture; thumbnails show the seven days only. */
export function SchemeWeek({
  scheme,
  name,
  isThumbnail = false,
}: {
  scheme: TariffScheme;
  name: string;
  isThumbnail?: boolean;
}) {
  const t = useT();
  const format = useFormat();
  const names = useCalendarNames();
  const paints = useRatePaints(scheme.rates);
  const rows = useWeekRows(scheme.dayTypes);
  const [first] = scheme.seasons;
  const [chosen, setChosen] = useState(first?.id ?? "");
  const season = scheme.seasons.find(({ id }) => id === chosen) ?? first;
  const days = draftOf(scheme).days[season?.id ?? ""] ?? {};
  const rates = scheme.rates.map((rate) => `${rate.name} ${format.price(rate.priceMicroPerKWh)}`).join(", ");
  const label = t("tariffs.weekOf", { name, rates });
  if (isThumbnail)
    return (
      <WeekPicture
        label={label}
        rows={rows.slice(0, 7)}
        days={days}
        paints={paints}
        rowHeight={9}
        hasLabels={false}
      />
    );
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      {scheme.seasons.length > 1 && (
        <ToggleChips
          label={t("tariffs.season")}
          options={scheme.seasons.map(({ id, name: seasonName, ranges }) => ({
            value: id,
            label: `${seasonName} (${ranges
              .map(({ from, to }) => `${names.monthDay(from)} – ${names.monthDay(to)}`)
              .join(", ")})`,
          }))}
          value={season?.id ?? ""}
          onChange={setChosen}
        />
      )}
      <WeekPicture label={label} rows={rows} days={days} paints={paints} />
    </Box>
  );
}
