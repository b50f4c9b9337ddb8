import type { TariffScheme } from "@hallmeter/meter-model";
import { Box, Typography } from "@mui/material";
import { DataTable } from "react-admin";
import type { TariffRow } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ResourceList } from "../shared/resource-list.tsx";
import { hoursOfRate, isBuiltIn, type RateHours } from "./rate-hours.ts";

/** In which seasons and on which days, where that is not always; then the hours. */
function useHoursText(scheme: TariffScheme): (hours: RateHours) => string {
  const t = useT();
  const nameOf = (id: string) =>
    isBuiltIn(id)
      ? t(`tariffs.dayTypes.${id}`)
      : (scheme.dayTypes.find((dayType) => dayType.id === id)?.name ?? id);
  return ({ seasons, dayTypeIds, hours }) => {
    const when = [...seasons, ...dayTypeIds.map(nameOf)].join(", ");
    return when === "" ? hours.join(", ") : `${when}: ${hours.join(", ")}`;
  };
}

/** What a household pays beside its energy. */
function useExtras(scheme: TariffScheme): string[] {
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

function Rates({ row: { tariff } }: { row: TariffRow }) {
  const t = useT();
  const format = useFormat();
  const hoursText = useHoursText(tariff);
  const extras = useExtras(tariff);
  const isFlat = tariff.rates.length === 1;
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", fontVariantNumeric: "tabular-nums" }}>
      {tariff.rates.map(({ id, name, priceMicroPerKWh }) => (
        <li key={id}>
          <strong>{format.price(priceMicroPerKWh)}</strong> · {name}
          <Typography component="span" variant="body2" color="textSecondary">
            {" "}
            · {isFlat ? t("tariffs.flat") : hoursOfRate(tariff, id).map(hoursText).join(" · ")}
          </Typography>
        </li>
      ))}
      {extras.length > 0 && (
        <Typography component="li" variant="body2" color="textSecondary">
          {extras.join(" · ")}
        </Typography>
      )}
    </Box>
  );
}

export default function TariffList() {
  const t = useT();
  const site = useSite();
  const format = useFormat();
  return (
    <ResourceList<TariffRow>
      resource="tariffs"
      title={t("nav.tariffs")}
      sort={{ field: "name", order: "ASC" }}
      filter={{ siteId: site.id }}
      empty={{ title: t("tariffs.empty"), help: t("tariffs.emptyHelp") }}
      card={(row) => (
        <>
          <strong>{row.name}</strong>
          <Rates row={row} />
          <Typography variant="caption" color="textSecondary">
            {t("tariffs.from")} {format.dateTime(row.effectiveFrom)}
          </Typography>
        </>
      )}
    >
      <DataTable<TariffRow> bulkActionButtons={false} rowClick={false}>
        <DataTable.Col<TariffRow> source="name" render={(row) => <strong>{row.name}</strong>} />
        <DataTable.Col<TariffRow> source="rates" disableSort render={(row) => <Rates row={row} />} />
        <DataTable.Col<TariffRow>
          source="effectiveFrom"
          disableSort
          render={(row) => format.dateTime(row.effectiveFrom)}
        />
      </DataTable>
    </ResourceList>
  );
}
