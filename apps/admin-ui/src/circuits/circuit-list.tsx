import { Box, Typography } from "@mui/material";
import { DataTable, useGetMany } from "react-admin";
import type { Circuit, Household } from "../api/rows.ts";
import { useTiles } from "../board/use-tiles.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { ResourceList } from "../shared/resource-list.tsx";
import { PresenceBadge, StateChip } from "../shared/state-chip.tsx";
import { circuitPath, householdPath, TextLink } from "../shared/text-link.tsx";
import { variantText } from "./meter-names.ts";

function HouseholdLink({ id }: { id: string | null }) {
  const { data } = useGetMany<Household>(
    "households",
    { ids: id === null ? [] : [id] },
    { enabled: id !== null },
  );
  if (id === null) return <span>—</span>;
  return (
    <TextLink to={householdPath(id)}>
      {data?.[0] === undefined ? "…" : `${data[0].unitName} · ${data[0].name}`}
    </TextLink>
  );
}

export default function CircuitList() {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const tiles = useTiles();
  /** Why it is off, and its load, are told by room: of a room of several circuits nobody knows which. */
  const ownTile = ({ id }: Circuit) => {
    const tile = tiles?.circuit.get(id);
    return tile?.circuitIds.length === 1 ? tile : undefined;
  };
  const stateOf = (circuit: Circuit) => (
    <StateChip relay={circuit.relay} intended={circuit.intended} holds={ownTile(circuit)?.holds ?? []} />
  );
  return (
    <ResourceList<Circuit>
      resource="circuits"
      title={t("nav.circuits")}
      sort={{ field: "name", order: "ASC" }}
      filter={{ siteId: site.id }}
      empty={{ title: t("lists.emptyCircuits"), help: t("lists.emptyCircuitsHelp") }}
      card={(circuit) => (
        <>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
            <Box sx={{ flex: 1 }}>
              <TextLink to={circuitPath(circuit.id)}>{circuit.name}</TextLink>
            </Box>
            {stateOf(circuit)}
          </Box>
          <Typography component="div" variant="body2" sx={{ display: "flex", gap: 1.5, flexWrap: "wrap" }}>
            <PresenceBadge presence={circuit.presence} />
            <AsOf at={circuit.asOf} />
          </Typography>
        </>
      )}
    >
      <DataTable<Circuit> bulkActionButtons={false} rowClick={false}>
        <DataTable.Col<Circuit>
          source="name"
          render={(row) => <TextLink to={circuitPath(row.id)}>{row.name}</TextLink>}
        />
        <DataTable.Col<Circuit>
          source="householdId"
          disableSort
          render={(row) => <HouseholdLink id={row.householdId} />}
        />
        <DataTable.Col<Circuit> source="relay" disableSort render={stateOf} />
        <DataTable.Col<Circuit>
          source="activePowerW"
          disableSort
          align="right"
          render={(row) => format.power(ownTile(row)?.activePowerW)}
        />
        <DataTable.Col<Circuit>
          source="presence"
          disableSort
          render={(row) => <PresenceBadge presence={row.presence} />}
        />
        <DataTable.Col<Circuit> source="variant" disableSort render={(row) => variantText(row.variant, t)} />
        <DataTable.Col<Circuit> source="unitAddress" />
        <DataTable.Col<Circuit> source="asOf" disableSort render={(row) => <AsOf at={row.asOf} />} />
      </DataTable>
    </ResourceList>
  );
}
