import type { TariffScheme } from "@hallmeter/meter-model";
import {
  Autocomplete,
  Box,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TextField,
  Typography,
} from "@mui/material";
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useDataProvider, useGetList } from "react-admin";
import { newIdempotencyKey } from "../api/request.ts";
import type { Household } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useHouseholdSearch } from "../desk/use-household-search.ts";
import { localDayOf } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import { lastMonths, riseByHour, usedWh } from "./preview-months.ts";
import type { TariffPreview } from "./rows.ts";

const MONTHS = 3;
/** Painting is a row of strokes; the server is asked after the last one. */
const SETTLED_MS = 900;

function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Finds a household; begins with one that pays by the tariff. */
function HouseholdChoice({
  household,
  onChoose,
}: {
  household: Household | null;
  onChoose: (household: Household | null) => void;
}) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const { found, isSettled } = useHouseholdSearch(typed);
  return (
    <Autocomplete
      size="small"
      options={found}
      value={household}
      loading={typed.trim() !== "" && !isSettled}
      filterOptions={(options) => options}
      getOptionLabel={({ unitName, name }) => `${unitName} · ${name}`}
      isOptionEqualToValue={(a, b) => a.id === b.id}
      noOptionsText={t("lists.noMatch")}
      onChange={(_, chosen) => onChoose(chosen)}
      onInputChange={(_, text, reason) => reason === "input" && setTyped(text)}
      renderInput={(params) => <TextField {...params} label={t("tariffs.household")} />}
    />
  );
}

/** Old and new cost of a household's last months, and at which hours they differ. */
export function PreviewPanel({ tariffId, scheme }: { tariffId: string | null; scheme: TariffScheme }) {
  const t = useT();
  const site = useSite();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [chosen, setChosen] = useState<Household | null>(null);
  const settled = useSettled(scheme);
  const { data: first } = useGetList<Household>("households", {
    pagination: { page: 1, perPage: 1 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id, status: "open", ...(tariffId !== null && { tariffId }) },
  });
  const household = chosen ?? first?.[0] ?? null;
  const base = household?.tariffId ?? tariffId;
  const spans = lastMonths(localDayOf(Date.now(), site.timeZone), MONTHS);
  const queries = useQueries({
    queries: spans.map(({ from, to }) => ({
      queryKey: ["tariffs", "preview", base, household?.id, from, to, settled],
      enabled: household !== null && base !== null,
      placeholderData: keepPreviousData,
      queryFn: () =>
        dataProvider.act<TariffPreview>(
          `/tariffs/${encodeURIComponent(base ?? "")}/preview`,
          { scheme: settled, householdId: household?.id, from, to },
          newIdempotencyKey(),
        ),
    })),
  });
  const error = queries.find((query) => query.error)?.error;
  const previews = queries.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return (
    <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <Typography variant="body2" color="textSecondary">
        {t("tariffs.previewHelp")}
      </Typography>
      <HouseholdChoice household={household} onChoose={setChosen} />
      {error ? <LoadFailed error={error} /> : null}
      {household !== null && !error && previews.length < spans.length && <Waiting rows={3} />}
      {previews.length === spans.length && (
        <Outcome months={spans.map(({ month }) => month)} previews={previews} />
      )}
    </Box>
  );
}

function Outcome({ months, previews }: { months: readonly string[]; previews: readonly TariffPreview[] }) {
  const t = useT();
  const format = useFormat();
  const names = useCalendarNames();
  if (usedWh(previews) === 0) return <Typography variant="body2">{t("tariffs.noUse")}</Typography>;
  const sum = (amountOf: (preview: TariffPreview) => number) =>
    previews.reduce((total, preview) => total + amountOf(preview), 0);
  const old = (preview: TariffPreview) => preview.inForce.cost.total.amountMinor;
  const wanted = (preview: TariffPreview) => preview.proposed.cost.total.amountMinor;
  const rises = riseByHour(previews);
  const lines = [
    ...previews.map((preview, index) => ({
      name: names.month(Number(months[index]?.slice(5))),
      old: old(preview),
      wanted: wanted(preview),
      isTotal: false,
    })),
    { name: t("tariffs.total"), old: sum(old), wanted: sum(wanted), isTotal: true },
  ];
  return (
    <>
      <Table
        size="small"
        sx={{
          "& td, & th": { px: 0.75 },
          "& td:first-of-type, & th:first-of-type": { pl: 0 },
          "& td:last-of-type, & th:last-of-type": { pr: 0 },
        }}
      >
        <TableHead>
          <TableRow>
            <TableCell>{t("tariffs.monthOf")}</TableCell>
            <TableCell align="right">{t("tariffs.old")}</TableCell>
            <TableCell align="right">{t("tariffs.new")}</TableCell>
            <TableCell align="right">{t("tariffs.difference")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {lines.map((line) => (
            <TableRow
              key={line.name}
              sx={line.isTotal ? { "& td, & th": { fontWeight: 700, borderBottom: 0 } } : {}}
            >
              <TableCell component="th" scope="row">
                {line.name}
              </TableCell>
              <TableCell align="right">
                <Money amountMinor={line.old} />
              </TableCell>
              <TableCell align="right">
                <Money amountMinor={line.wanted} />
              </TableCell>
              <TableCell align="right">
                <Money amountMinor={line.wanted - line.old} signed />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {rises.some((rise) => rise !== 0) && <HourHeat rises={rises} />}
      <Typography variant="caption" color="textSecondary">
        {t("tariffs.basis", {
          known: format.integer(sum(({ intervals }) => intervals.good + intervals.estimated)),
          unknown: format.integer(sum(({ intervals }) => intervals.missing + intervals.suspect)),
        })}
      </Typography>
    </>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** A week of hours: the stronger, the more an hour's use costs more or less. */
function HourHeat({ rises }: { rises: readonly number[] }) {
  const t = useT();
  const names = useCalendarNames();
  const most = Math.max(1, ...rises.map(Math.abs));
  const dearer = rises.filter((rise) => rise > 0).length;
  const cheaper = rises.filter((rise) => rise < 0).length;
  return (
    <Box>
      <Typography variant="body2" sx={{ mb: 0.5 }}>
        {t("tariffs.where")}
      </Typography>
      <Box
        role="img"
        aria-label={t("tariffs.heat", { dearer, cheaper })}
        sx={{ display: "grid", gridTemplateColumns: "max-content 1fr", columnGap: 1, alignItems: "center" }}
      >
        {WEEKDAYS.map((weekday) => (
          <Box key={weekday} sx={{ display: "contents" }}>
            <Typography variant="caption" color="textSecondary">
              {names.weekday(weekday)}
            </Typography>
            <Box sx={{ display: "grid", gridTemplateColumns: "repeat(24, 1fr)", gap: "1px", height: 14 }}>
              {HOURS.map((hour) => {
                const rise = rises[(weekday - 1) * 24 + hour] ?? 0;
                return (
                  <Box key={hour} sx={{ position: "relative", backgroundColor: "background.default" }}>
                    <Box
                      sx={{
                        position: "absolute",
                        inset: 0,
                        backgroundColor: rise > 0 ? "error.main" : "success.main",
                        opacity: rise === 0 ? 0 : 0.15 + 0.85 * (Math.abs(rise) / most),
                      }}
                    />
                  </Box>
                );
              })}
            </Box>
          </Box>
        ))}
      </Box>
      <Box sx={{ display: "flex", gap: 2, mt: 0.5 }}>
        {(["cheaper", "dearer"] as const).map((side) => (
          <Box key={side} sx={{ display: "flex", gap: 0.5, alignItems: "center" }}>
            <Box
              aria-hidden
              sx={{
                width: 10,
                height: 10,
                backgroundColor: side === "dearer" ? "error.main" : "success.main",
              }}
            />
            <Typography variant="caption">{t(`tariffs.${side}`)}</Typography>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
