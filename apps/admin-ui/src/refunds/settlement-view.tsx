import { Alert, Box, Table, TableBody, TableCell, TableRow, Typography } from "@mui/material";
import { codeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { remedyOf } from "../shared/job-progress/remedies.ts";
import { circuitPath, TextLink } from "../shared/text-link.tsx";
import type { Settlement } from "./rows.ts";
import { FREE_ENERGY, grantedLeft, settlementLines } from "./settlement-lines.ts";

const RESULT = { borderBottom: 0, fontSize: "1.0625rem", fontWeight: 700 } as const;

/** From the books to the refund, as one would do it on paper; then the readings it rests on. */
export function SettlementView({ settlement }: { settlement: Settlement }) {
  const t = useT();
  const format = useFormat();
  const { currency } = useSite();
  const freeWh = grantedLeft(settlement, FREE_ENERGY);
  const isDebt = settlement.debtMinor > 0;
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Table
        size="small"
        aria-label={t("refunds.settlement")}
        sx={{ "& th:first-of-type": { pl: 0 }, "& td:last-of-type": { pr: 0 } }}
      >
        <TableBody>
          {settlementLines(settlement, currency).map(({ line, amountMinor }) => (
            <TableRow key={line}>
              <TableCell component="th" scope="row">
                {t(`refunds.line.${line}`)}
              </TableCell>
              <TableCell align="right" sx={{ whiteSpace: "nowrap" }}>
                {format.signedMoney(amountMinor)}
              </TableCell>
            </TableRow>
          ))}
          <TableRow>
            <TableCell component="th" scope="row" sx={RESULT}>
              {t(isDebt ? "refunds.line.debt" : "refunds.line.refund")}
            </TableCell>
            <TableCell
              align="right"
              sx={{ whiteSpace: "nowrap", color: isDebt ? "error.main" : "text.primary", ...RESULT }}
            >
              {format.money(isDebt ? settlement.debtMinor : settlement.refundMinor)}
            </TableCell>
          </TableRow>
        </TableBody>
      </Table>
      {freeWh > 0 && (
        <Typography variant="body2" color="textSecondary">
          {t("refunds.freeLapses", { amount: format.energy(freeWh) })}
        </Typography>
      )}
      <Problems settlement={settlement} />
      <Box component="ul" aria-label={t("refunds.readings")} sx={{ m: 0, p: 0 }}>
        {settlement.readings.map(({ circuitId, circuitName, at, registerWh }) => (
          <Box
            component="li"
            key={circuitId}
            sx={{
              listStyle: "none",
              display: "flex",
              flexWrap: "wrap",
              columnGap: 1.5,
              alignItems: "baseline",
            }}
          >
            <Typography variant="body2" component="span" sx={{ flex: 1, minWidth: 100 }}>
              <TextLink to={circuitPath(circuitId)}>{circuitName}</TextLink>
            </Typography>
            <Typography variant="body2" component="span" sx={{ fontVariantNumeric: "tabular-nums" }}>
              {format.energy(registerWh)}
            </Typography>
            <AsOf at={at} />
          </Box>
        ))}
      </Box>
    </Box>
  );
}

/** What would stop it, and what to do about that. */
export function Problems({ settlement: { problems } }: { settlement: Pick<Settlement, "problems"> }) {
  const t = useT();
  return problems.map(({ code, detail }) => {
    const remedy = remedyOf(code);
    return (
      <Alert key={code} severity="warning">
        {codeText(code, t) ?? detail}
        {remedy !== null && ` ${t(`jobs.remedy.${remedy}`)}`}
      </Alert>
    );
  });
}
