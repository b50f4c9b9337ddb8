import { Box, Typography } from "@mui/material";
import { DataTable, useGetMany } from "react-admin";
import type { Household, TariffRow } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ResourceList } from "../shared/resource-list.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";

const StatusChip = ({ status }: { status: Household["status"] }) => (
  <Chip color={status === "open" ? "on" : "vacant"}>{useT()(`household.status.${status}`)}</Chip>
);

function TariffName({ id }: { id: string | null }) {
  const { data } = useGetMany<TariffRow>(
    "tariffs",
    { ids: id === null ? [] : [id] },
    { enabled: id !== null },
  );
  return <span>{id === null ? "—" : (data?.[0]?.name ?? "…")}</span>;
}

const residentNames = ({ residents }: Household) => residents.map(({ name }) => name).join(", ");

export default function HouseholdList() {
  const t = useT();
  const site = useSite();
  return (
    <ResourceList<Household>
      resource="households"
      title={t("nav.households")}
      sort={{ field: "name", order: "ASC" }}
      filter={{ siteId: site.id }}
      searchLabel={t("lists.searchHouseholds")}
      empty={{ title: t("lists.emptyHouseholds"), help: t("lists.emptyHouseholdsHelp") }}
      card={(household) => (
        <>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
            <Box sx={{ flex: 1 }}>
              <TextLink
                to={householdPath(household.id)}
              >{`${household.unitName} · ${household.name}`}</TextLink>
            </Box>
            <StatusChip status={household.status} />
          </Box>
          <Typography variant="body2" color="textSecondary">
            {residentNames(household)}
          </Typography>
        </>
      )}
    >
      <DataTable<Household> bulkActionButtons={false} rowClick={false}>
        <DataTable.Col<Household>
          source="name"
          render={(row) => <TextLink to={householdPath(row.id)}>{row.name}</TextLink>}
        />
        <DataTable.Col<Household> source="unitId" disableSort render={(row) => row.unitName} />
        <DataTable.Col<Household> source="residents" disableSort render={residentNames} />
        <DataTable.Col<Household>
          source="tariffId"
          disableSort
          render={(row) => <TariffName id={row.tariffId} />}
        />
        <DataTable.Col<Household>
          source="status"
          disableSort
          render={(row) => <StatusChip status={row.status} />}
        />
      </DataTable>
    </ResourceList>
  );
}
