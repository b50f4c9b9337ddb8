import SearchIcon from "@mui/icons-material/Search";
import { Box, InputAdornment, Paper, TextField, useMediaQuery, useTheme } from "@mui/material";
import { type ReactNode, useEffect, useState } from "react";
import { ListBase, Pagination, type RaRecord, useListContext } from "react-admin";
import type { ResourceName } from "../data/resources.ts";
import { useT } from "../i18n/use-t.ts";
import { EmptyState } from "./empty-state.tsx";
import { LoadFailed } from "./load-failed.tsx";
import { PageTitle } from "./page-title.tsx";
import { Waiting } from "./waiting.tsx";

const PER_PAGE = 50;
/** As long as a person pauses between words. */
const DEBOUNCE_MS = 250;

function ListSearch({ label }: { label: string }) {
  const { filterValues, setFilters } = useListContext();
  const current = typeof filterValues.q === "string" ? filterValues.q : "";
  const [typed, setTyped] = useState(current);
  useEffect(() => {
    if (typed === current) return;
    const timer = setTimeout(() => setFilters(typed === "" ? {} : { q: typed }, undefined), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [typed, current, setFilters]);
  return (
    <TextField
      label={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      sx={{ width: { xs: "100%", sm: 300 }, mb: 1.5, backgroundColor: "background.paper" }}
      slotProps={{
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <SearchIcon fontSize="small" />
            </InputAdornment>
          ),
        },
      }}
    />
  );
}

interface Props<Row extends RaRecord> {
  resource: ResourceName;
  title: string;
  sort: { field: string; order: "ASC" | "DESC" };
  filter?: Record<string, unknown>;
  searchLabel?: string;
  empty: { title: string; help: string };
  /** The table, for wide screens. */
  children: ReactNode;
  /** A row as a card, for narrow ones. */
  card: (row: Row) => ReactNode;
}

/** A list as table where it fits and as cards where it does not; with an empty state that says what to do next. */
export function ResourceList<Row extends RaRecord>({
  resource,
  title,
  sort,
  filter,
  searchLabel,
  empty,
  children,
  card,
}: Props<Row>) {
  return (
    <ListBase resource={resource} sort={sort} perPage={PER_PAGE} exporter={false} {...(filter && { filter })}>
      <PageTitle title={title} />
      {searchLabel !== undefined && <ListSearch label={searchLabel} />}
      <ListContent empty={empty} card={card}>
        {children}
      </ListContent>
    </ListBase>
  );
}

function ListContent<Row extends RaRecord>({
  empty,
  children,
  card,
}: Pick<Props<Row>, "empty" | "children" | "card">) {
  const t = useT();
  const theme = useTheme();
  const isWide = useMediaQuery(theme.breakpoints.up("md"));
  const { data, error, isPending, total, filterValues, refetch } = useListContext<Row>();
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (isPending || data === undefined) return <Waiting rows={8} />;
  if (total === 0)
    return Object.keys(filterValues).length > 0 ? (
      <EmptyState title={t("lists.noMatch")} help={t("lists.noMatchHelp")} />
    ) : (
      <EmptyState {...empty} />
    );
  return (
    <>
      {isWide ? (
        <Paper variant="outlined" sx={{ overflow: "hidden" }}>
          {children}
        </Paper>
      ) : (
        <Box component="ul" sx={{ m: 0, p: 0, display: "grid", gap: 1 }}>
          {data.map((row) => (
            <Paper
              key={row.id}
              component="li"
              variant="outlined"
              sx={{ listStyle: "none", p: 1.5, display: "grid", gap: 0.5 }}
            >
              {card(row)}
            </Paper>
          ))}
        </Box>
      )}
      {(total ?? 0) > PER_PAGE && <Pagination rowsPerPageOptions={[]} />}
    </>
  );
}
