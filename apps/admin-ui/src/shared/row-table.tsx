import {
  Box,
  Button,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
  useMediaQuery,
  useTheme,
} from "@mui/material";
import { type ReactNode, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { ScrollTable } from "./scroll-table.tsx";

export interface Column<Row> {
  key: string;
  title: string;
  /** What the title does not say; a pointer that rests on it shows it. */
  help?: string;
  isFigure?: boolean;
  /** A long text breaks; everything else stays in its line. */
  wraps?: boolean;
  /**
   * Its place on a card: what the row is called (else the first column is), at the right of that, at the foot without its title,
   * nowhere; otherwise among the facts.
   */
  onCard?: "name" | "figure" | "foot" | "none";
  show: (row: Row) => ReactNode;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  maxHeight?: number;
}

/** What a cell of a table says where there is nothing; a card leaves it out. */
const NOTHING: ReadonlySet<ReactNode> = new Set(["", "—"]);
/** Cards at first; a thumb does not pass a hundred to reach what stands below them. */
const FIRST_CARDS = 8;

/** Rows of figures: a table where it fits, cards where it does not. */
export function RowTable<Row>(props: Props<Row>) {
  const theme = useTheme();
  const isWide = useMediaQuery(theme.breakpoints.up("sm"), { noSsr: true });
  return isWide ? <Wide {...props} /> : <Cards {...props} />;
}

function Wide<Row>({ label, columns, rows, keyOf, maxHeight = 520 }: Props<Row>) {
  return (
    <ScrollTable label={label} maxHeight={maxHeight}>
      <Table size="small" stickyHeader>
        <TableHead>
          <TableRow>
            {columns.map(({ key, title, help, isFigure }) => (
              <TableCell key={key} align={isFigure ? "right" : "left"} title={help}>
                {title}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={keyOf(row)} hover>
              {columns.map(({ key, isFigure, wraps, show }) => (
                <TableCell
                  key={key}
                  align={isFigure ? "right" : "left"}
                  sx={wraps ? {} : { whiteSpace: "nowrap" }}
                >
                  {show(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollTable>
  );
}

function Cards<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  const t = useT();
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, FIRST_CARDS);
  return (
    <>
      <Box component="ul" aria-label={label} sx={{ m: 0, p: 0, listStyle: "none" }}>
        {shown.map((row) => (
          <Card key={keyOf(row)} columns={columns} row={row} />
        ))}
      </Box>
      {shown.length < rows.length && (
        <Button fullWidth onClick={() => setIsWhole(true)}>
          {t("common.showMore", { smart_count: rows.length - shown.length })}
        </Button>
      )}
    </>
  );
}

function Card<Row>({ columns, row }: Pick<Props<Row>, "columns"> & { row: Row }) {
  const name = columns.find(({ onCard }) => onCard === "name") ?? columns[0];
  const others = columns.filter((column) => column !== name);
  const at = (place: Column<Row>["onCard"]) =>
    others.filter(({ onCard }) => onCard === place).map((column) => ({ ...column, shown: column.show(row) }));
  const facts = at(undefined).filter(({ shown }) => shown != null && !NOTHING.has(shown));
  return (
    <Box
      component="li"
      sx={{ px: 2, py: 1, display: "grid", gap: 0.25, borderTop: 1, borderColor: "divider" }}
    >
      <Box sx={{ display: "flex", columnGap: 1, alignItems: "baseline", flexWrap: "wrap" }}>
        <Box sx={{ flex: 1, minWidth: 0, fontWeight: 600, overflowWrap: "anywhere" }}>{name?.show(row)}</Box>
        {at("figure").map(({ key, shown }) => (
          <Box key={key} sx={{ fontWeight: 650, textAlign: "right" }}>
            {shown}
          </Box>
        ))}
      </Box>
      {facts.length > 0 && (
        <Typography
          component="dl"
          variant="body2"
          sx={{ m: 0, display: "flex", flexWrap: "wrap", columnGap: 1.5, rowGap: 0.25 }}
        >
          {facts.map(({ key, title, shown }) => (
            <Box key={key} sx={{ display: "flex", alignItems: "center", gap: 0.5, minWidth: 0 }}>
              <Box component="dt" sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>
                {title}
              </Box>
              <Box component="dd" sx={{ m: 0, overflowWrap: "anywhere" }}>
                {shown}
              </Box>
            </Box>
          ))}
        </Typography>
      )}
      {at("foot").map(({ key, shown }) => (
        <Box key={key}>{shown}</Box>
      ))}
    </Box>
  );
}
