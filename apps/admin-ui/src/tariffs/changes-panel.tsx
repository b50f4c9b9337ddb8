import type { TariffScheme } from "@hallmeter/meter-model";
import { Box, Typography } from "@mui/material";
import { useMemo } from "react";
import { type ConsoleKey, useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import { WeekPicture } from "../shared/week-painter/week-painter.tsx";
import { changesOf, riseMilli, type SchemeChange } from "./changes-of.ts";
import { useDayTypeName, useRatePaints } from "./scheme-week.ts";
import { draftOf } from "./tariff-draft.ts";

/** What is new against the version in force, part by part: prices in words, days as pictures. */
export function ChangesPanel({ before, after }: { before: TariffScheme; after: TariffScheme }) {
  const t = useT();
  const parts = useMemo(() => changesOf(before, after), [before, after]);
  if (parts.length === 0)
    return (
      <Typography variant="body2" color="textSecondary">
        {t("tariffs.noChanges")}
      </Typography>
    );
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      {parts.map(({ part, changes }) => (
        <Box key={part}>
          <Typography variant="h3" sx={{ mb: 0.5 }}>
            {t(`tariffs.part.${part}`)}
          </Typography>
          {part === "tables" ? (
            <DayChanges before={before} after={after} changes={changes} />
          ) : (
            <Box
              component="ul"
              sx={{ m: 0, pl: 2.25, "& li": { fontSize: "0.875rem", fontVariantNumeric: "tabular-nums" } }}
            >
              {changes.map((change) => (
                <li key={change.path}>
                  <ChangeText part={part} change={change} before={before} after={after} />
                </li>
              ))}
            </Box>
          )}
        </Box>
      ))}
    </Box>
  );
}

function ChangeText({
  part,
  change,
  before,
  after,
}: {
  part: string;
  change: SchemeChange;
  before: TariffScheme;
  after: TariffScheme;
}) {
  const t = useT();
  const format = useFormat();
  const names = useCalendarNames();
  const [id = ""] = change.keys;
  const last = change.keys.at(-1) ?? "";
  const rows = [...after.rates, ...after.seasons, ...after.demands, ...after.dayTypes].concat(
    before.rates,
    before.seasons,
    before.demands,
    before.dayTypes,
  );
  const own = rows.find((row) => row.id === id)?.name;
  const label = FIELD_LABELS[last];
  const step = id === "steps" ? t("tariffs.step", { number: change.keys[1] ?? "" }) : own;
  const name = [step, label === undefined ? undefined : t(label)].filter(Boolean).join(" · ") || id;
  const value = (raw: string | number | null): string => {
    if (raw === null || raw === "") return "—";
    if (typeof raw === "string") {
      if (last === "by" && isBy(raw)) return t(`tariffs.by.${raw}`);
      if (last === "carry" && isCarry(raw)) return t(`tariffs.carries.${raw}`);
      if (last === "mode" && isMode(raw)) return t(`tariffs.modes.${raw}`);
      if (last === "rateId") return rows.find((row) => row.id === raw)?.name ?? raw;
      return last === "ranges" ? raw.replace(/\d\d-\d\d/g, names.monthDay).replaceAll(" to ", " – ") : raw;
    }
    if (last === "windowMinutes") return t("tariffs.minutes", { minutes: raw });
    if (last === "taxPpm") return `${raw / 10_000} %`;
    if (last === "aboveWh") return format.energy(raw);
    if (last === "priceMicroPerKW") return format.price(raw, "kW");
    if (last === "standingMicroPerDay") return format.price(raw, t("tariffs.day"));
    if (last.includes("Micro")) return format.price(raw);
    return format.integer(raw);
  };
  const { before: old, after: wanted } = change;
  if (old === null) return t("tariffs.changed.added", { name, after: value(wanted) });
  if (wanted === null) return t("tariffs.changed.removed", { name, before: value(old) });
  const rise = typeof old === "number" && typeof wanted === "number" ? riseMilli(old, wanted) : null;
  if (part === "rates" && rise !== null)
    return t("tariffs.changed.price", {
      name,
      before: value(old),
      after: value(wanted),
      percent: `${rise > 0 ? "+" : ""}${format.percentMilli(rise)}`,
    });
  return t("tariffs.changed.field", { name, before: value(old), after: value(wanted) });
}

const isBy = (text: string): text is "month" | "year" => text === "month" || text === "year";
const isCarry = (text: string): text is "none" | "within-year" | "unlimited" =>
  text === "none" || text === "within-year" || text === "unlimited";
const isMode = (text: string): text is "sliding" | "fixed" => text === "sliding" || text === "fixed";

const FIELD_LABELS: Readonly<Partial<Record<string, ConsoleKey>>> = {
  name: "tariffs.demandName",
  rateId: "tariffs.demandRate",
  windowMinutes: "tariffs.window",
  mode: "tariffs.mode",
  by: "tariffs.blocksBy",
  carry: "tariffs.carry",
  standingMicroPerDay: "tariffs.standingCharge",
  taxPpm: "tariffs.taxRate",
  aboveWh: "tariffs.above",
  surchargeMicroPerKWh: "tariffs.surcharge",
  priceMicroPerKW: "tariffs.perKwMonth",
};

function DayChanges({
  before,
  after,
  changes,
}: {
  before: TariffScheme;
  after: TariffScheme;
  changes: readonly SchemeChange[];
}) {
  const t = useT();
  const dayTypeName = useDayTypeName();
  // One colour for one rate in both strips; a rate that is gone keeps its place among the prices.
  const gone = before.rates.filter(({ id }) => after.rates.every((rate) => rate.id !== id));
  const paints = useRatePaints([...after.rates, ...gone]);
  const [old, wanted] = [draftOf(before), draftOf(after)];
  const strip = (label: string, draft: typeof old, keys: readonly string[]) => (
    <WeekPicture
      label={label}
      rows={[{ id: "day", label, dayId: keys[1] ?? "" }]}
      days={draft.days[keys[0] ?? ""] ?? {}}
      paints={paints}
      rowHeight={12}
      hasLabels={false}
    />
  );
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1 }}>
      {changes.map(({ path, keys, before: oldText, after: newText }) => {
        const [seasonId = "", dayTypeId = ""] = keys;
        const season = [...after.seasons, ...before.seasons].find(({ id }) => id === seasonId)?.name;
        const name = t("tariffs.changed.week", {
          day: dayTypeName([...after.dayTypes, ...before.dayTypes], dayTypeId),
          season: season ?? seasonId,
        });
        return (
          <Box component="li" key={path} sx={{ display: "grid", gap: 0.25 }}>
            <Typography variant="body2">{name}</Typography>
            {oldText !== null && strip(`${name}, ${t("tariffs.before")}: ${oldText}`, old, keys)}
            {newText !== null && strip(`${name}, ${t("tariffs.after")}: ${newText}`, wanted, keys)}
          </Box>
        );
      })}
    </Box>
  );
}
