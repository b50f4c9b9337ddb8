import { Box, Typography } from "@mui/material";
import { DataTable, useGetMany } from "react-admin";
import type { Household, TariffRow, Tile } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useTiles } from "../board/use-tiles.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { ResourceList } from "../shared/resource-list.tsx";
import { Chip, StateChip } from "../shared/state-chip.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { otherResidents } from "./resident-names.ts";

function TariffName({ id }: { id: string | null }) {
  const { data } = useGetMany<TariffRow>(
    "tariffs",
    { ids: id === null ? [] : [id] },
    { enabled: id !== null },
  );
  return <span>{id === null ? "—" : (data?.[0]?.name ?? "…")}</span>;
}

/** How the room is; for a closed household that it is closed. */
function HouseholdState({ household, tile }: { household: Household; tile: Tile | undefined }) {
  const t = useT();
  if (household.status === "closed") return <Chip color="vacant">{t("household.status.closed")}</Chip>;
  return tile === undefined ? <span>—</span> : <StateChip {...tile} />;
}

export default function HouseholdList() {
  const t = useT();
  const site = useSite();
  const may = useMay();
  const tiles = useTiles();
  const tileOf = ({ id }: Household) => tiles?.household.get(id);
  const daysLeft = (tile: Tile | undefined) =>
    tile?.daysLeft == null ? "—" : t("board.days", { smart_count: Math.floor(tile.daysLeft) });
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
            <HouseholdState household={household} tile={tileOf(household)} />
          </Box>
          <Typography variant="body2" color="textSecondary">
            {may("balances.show") && (
              <>
                <Money amountMinor={tileOf(household)?.balanceMinor} /> · {daysLeft(tileOf(household))}
              </>
            )}{" "}
            {otherResidents(household)}
          </Typography>
        </>
      )}
    >
      <DataTable<Household> bulkActionButtons={false} rowClick={false}>
        <DataTable.Col<Household>
          source="name"
          render={(row) => (
            <>
              <TextLink to={householdPath(row.id)}>{row.name}</TextLink>
              <Typography variant="caption" color="textSecondary" component="div">
                {otherResidents(row)}
              </Typography>
            </>
          )}
        />
        <DataTable.Col<Household> source="unitId" disableSort render={(row) => row.unitName} />
        <DataTable.Col<Household>
          source="status"
          disableSort
          render={(row) => <HouseholdState household={row} tile={tileOf(row)} />}
        />
        {may("balances.show") && (
          <DataTable.Col<Household>
            source="liveMinor"
            disableSort
            align="right"
            render={(row) => <Money amountMinor={tileOf(row)?.balanceMinor} />}
          />
        )}
        {may("balances.show") && (
          <DataTable.Col<Household>
            source="daysLeft"
            disableSort
            align="right"
            render={(row) => daysLeft(tileOf(row))}
          />
        )}
        <DataTable.Col<Household>
          source="tariffId"
          disableSort
          render={(row) => <TariffName id={row.tariffId} />}
        />
      </DataTable>
    </ResourceList>
  );
}
