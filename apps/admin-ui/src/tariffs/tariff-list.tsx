import { Box, Typography } from "@mui/material";
import { DataTable } from "react-admin";
import type { TariffRow } from "../api/rows.ts";
import type { Format } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ResourceList } from "../shared/resource-list.tsx";

interface PricedRate {
  id: string;
  name: string;
  price: string;
  hours: string[];
}

/** Each rate with its price and the hours at which it holds. */
function pricedRates({ tariff }: TariffRow, format: Format): PricedRate[] {
  return tariff.rates.map(({ id, name, priceMicroPerKWh }) => ({
    id,
    name,
    price: format.price(priceMicroPerKWh),
    hours: tariff.periods.filter(({ rateId }) => rateId === id).map(({ from, to }) => `${from}–${to}`),
  }));
}

function Rates({ row }: { row: TariffRow }) {
  const t = useT();
  const format = useFormat();
  const isFlat = row.tariff.rates.length === 1;
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", fontVariantNumeric: "tabular-nums" }}>
      {pricedRates(row, format).map(({ id, name, price, hours }) => (
        <li key={id}>
          <strong>{price}</strong> · {name}
          <Typography component="span" variant="body2" color="textSecondary">
            {" "}
            · {isFlat ? t("tariffs.flat") : hours.join(", ")}
          </Typography>
        </li>
      ))}
    </Box>
  );
}

export default function TariffList() {
  const t = useT();
  const site = useSite();
  const format = useFormat();
  return (
    <ResourceList<TariffRow>
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
