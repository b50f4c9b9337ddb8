import CheckIcon from "@mui/icons-material/CheckCircle";
import { Alert, Box, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import type { DraftMistake } from "./draft-checks.ts";
import { useDayTypeName } from "./scheme-week.ts";
import type { TariffDraft } from "./tariff-draft.ts";

const LISTS = ["rates", "seasons", "dayTypes", "demands"] as const;

/** Gaps and overlaps by name, or that there are none. */
export function ChecksPanel({ draft, mistakes }: { draft: TariffDraft; mistakes: readonly DraftMistake[] }) {
  const t = useT();
  const format = useFormat();
  const names = useCalendarNames();
  const dayTypeName = useDayTypeName();
  const many = (ids: unknown, nameOf: (id: string) => string) =>
    String(ids ?? "")
      .split(", ")
      .map(nameOf)
      .join(", ");
  const seasonName = (id: string) => draft.seasons.find((season) => season.id === id)?.name ?? id;
  const isDay = (text: unknown): text is string => typeof text === "string" && /^\d\d-\d\d$/.test(text);
  const told = ({ code, params }: DraftMistake) => {
    const { from, to, list } = params;
    return t(`tariffs.mistake.${code}`, {
      ...params,
      from: isDay(from) ? names.monthDay(from) : (from ?? ""),
      to: isDay(to) ? names.monthDay(to) : (to ?? ""),
      days: many(params.dayTypeIds ?? params.dayTypeId, (id) => dayTypeName(draft.dayTypes, id)),
      seasons: many(params.seasonIds ?? params.seasonId, seasonName),
      energy: format.energy(Number(params.aboveWh ?? 0)),
      list: LISTS.some((each) => each === list) ? t(`tariffs.lists.${list as (typeof LISTS)[number]}`) : "",
    });
  };
  if (mistakes.length === 0)
    return (
      <Box role="status" sx={{ display: "flex", gap: 1, alignItems: "center" }}>
        <CheckIcon color="success" fontSize="small" aria-hidden />
        <Typography variant="body2">{t("tariffs.complete")}</Typography>
      </Box>
    );
  return (
    <Alert severity="warning" role="status">
      {t("tariffs.mistakes", { smart_count: mistakes.length })}
      <Box component="ul" sx={{ m: 0, pl: 2 }}>
        {mistakes.map((mistake) => (
          <li key={JSON.stringify(mistake)}>{told(mistake)}</li>
        ))}
      </Box>
    </Alert>
  );
}
