import {
  Box,
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
import { codeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import type { Settlement } from "./rows.ts";
import { grantedLeft } from "./settlement-lines.ts";

const PER_PAGE = 20;

/** Those that something stops first, then by room as they were chosen. */
const troubledFirst = (rows: readonly Settlement[]): Settlement[] =>
  rows.toSorted((a, b) => Number(b.problems.length > 0) - Number(a.problems.length > 0));

/** What each household would get, with the totals; a table where there is room, cards where there is not. */
export function PreviewTable({
  rows,
  label,
  state,
}: {
  rows: readonly Settlement[];
  label: string;
  /** What became of a household, where something has. */
  state?: (householdId: string) => ReactNode;
}) {
  const t = useT();
  const theme = useTheme();
  const isWide = useMediaQuery(theme.breakpoints.up("md"), { noSsr: true });
  const [page, setPage] = useState(1);
  const here = troubledFirst(rows).slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const names = useHouseholdNames(here.map(({ householdId }) => householdId));
  return (
    <>
      {isWide ? (
        <Wide rows={rows} names={names} here={here} label={label} state={state} />
      ) : (
        <Narrow names={names} here={here} label={label} state={state} />
      )}
      <Box sx={{ px: 1.5, py: rows.length > PER_PAGE ? 0.5 : 0 }}>
        <Pages
          page={page}
          perPage={PER_PAGE}
          total={rows.length}
          onPage={setPage}
          label={t("refunds.households")}
        />
      </Box>
    </>
  );
}

interface Part {
  names: (id: string, fallback?: string) => string;
  here: readonly Settlement[];
  label: string;
  state: ((householdId: string) => ReactNode) | undefined;
}

function Wide({ rows, names, here, label, state }: Part & { rows: readonly Settlement[] }) {
  const t = useT();
  const { currency } = useSite();
  const total = (amount: (row: Settlement) => number) => rows.reduce((sum, row) => sum + amount(row), 0);
  const columns = [
    { name: "ledger", isTaken: false, of: (row: Settlement) => row.ledgerMinor },
    { name: "accrued", isTaken: true, of: (row: Settlement) => 0 - row.accruedMinor },
    { name: "grants", isTaken: true, of: (row: Settlement) => 0 - grantedLeft(row, currency) },
    { name: "refund", isTaken: false, of: (row: Settlement) => row.refundMinor },
  ] as const;
  return (
    <ScrollTable label={label}>
      <Table size="small">
        <TableHead>
          <TableRow>
            <TableCell>{t("refunds.household")}</TableCell>
            {columns.map(({ name }) => (
              <TableCell key={name} align="right">
                {t(`refunds.column.${name}`)}
              </TableCell>
            ))}
            <TableCell>{t("refunds.column.state")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {here.map((row) => (
            <TableRow key={row.householdId}>
              <TableCell>
                <TextLink to={householdPath(row.householdId)}>
                  {names(row.householdId, row.householdName)}
                </TextLink>
              </TableCell>
              {columns.map(({ name, of, isTaken }) => (
                <TableCell key={name} align="right" sx={name === "refund" ? { fontWeight: 650 } : {}}>
                  <Money amountMinor={of(row)} signed={isTaken} />
                </TableCell>
              ))}
              <TableCell sx={{ maxWidth: 360 }}>
                <RowState row={row} state={state} />
              </TableCell>
            </TableRow>
          ))}
          <TableRow sx={{ "& > *": { fontWeight: 700, borderBottom: 0 } }}>
            <TableCell component="th" scope="row">
              {t("refunds.total", { smart_count: rows.length })}
            </TableCell>
            {columns.map(({ name, of, isTaken }) => (
              <TableCell key={name} align="right">
                <Money amountMinor={total(of)} signed={isTaken} />
              </TableCell>
            ))}
            <TableCell />
          </TableRow>
        </TableBody>
      </Table>
    </ScrollTable>
  );
}

function Narrow({ names, here, label, state }: Part) {
  const t = useT();
  const format = useFormat();
  return (
    <Box component="ul" aria-label={label} sx={{ m: 0, p: 0 }}>
      {here.map((row) => (
        <Box
          component="li"
          key={row.householdId}
          sx={{ listStyle: "none", px: 2, py: 1, borderTop: 1, borderColor: "divider" }}
        >
          <Box sx={{ display: "flex", gap: 1 }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <TextLink to={householdPath(row.householdId)}>
                {names(row.householdId, row.householdName)}
              </TextLink>
            </Box>
            <Typography component="span" variant="body2" sx={{ fontWeight: 650 }}>
              <Money amountMinor={row.refundMinor} />
            </Typography>
          </Box>
          <Typography variant="caption" color="textSecondary" component="div">
            {`${t("refunds.column.ledger")} ${format.money(row.ledgerMinor)} · ${t("refunds.column.accrued")} ${format.money(0 - row.accruedMinor)}`}
          </Typography>
          <RowState row={row} state={state} />
        </Box>
      ))}
    </Box>
  );
}

function RowState({ row, state }: { row: Settlement; state: Part["state"] }) {
  const t = useT();
  const told = state?.(row.householdId);
  if (told != null) return told;
  return (
    <Typography
      variant="body2"
      color={row.problems.length > 0 ? "warning" : "textSecondary"}
      component="span"
    >
      {row.problems.length === 0
        ? t("refunds.ready")
        : row.problems.map(({ code, detail }) => codeText(code, t) ?? detail).join(" ")}
    </Typography>
  );
}
