import { Box, Button, Divider, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useParams } from "react-router-dom";
import type { Balance, Circuit, Household, TariffRow, Why } from "../api/rows.ts";
import { Guarded, useMay } from "../auth/rights-context.tsx";
import { HouseholdCards } from "../cards/household-cards.tsx";
import { CircuitControl } from "../circuits/circuit-actions.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { PresenceBadge, StateChip } from "../shared/state-chip.tsx";
import { circuitPath, deskPath, movePath, newRefundPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { AdjustDialog } from "../tills/adjust-dialog.tsx";
import { BalanceFigure } from "./balance-figure.tsx";
import { BurnDownChart } from "./burn-down-chart.tsx";
import { GrantsLeft } from "./grants-left.tsx";
import { HouseholdPurchases } from "./household-purchases.tsx";
import { LedgerTable } from "./ledger-table.tsx";
import { ResidentsSection } from "./residents-section.tsx";
import { StatementButton } from "./statement-button.tsx";
import { UseSection } from "./use-section.tsx";

function HouseholdCircuit({ circuitId, releaseMinor }: { circuitId: string; releaseMinor: number }) {
  const circuit = useRow<Circuit>("circuits", circuitId);
  const why = useRow<Why>("why", circuitId);
  const error = circuit.error ?? why.error;
  if (error) return <LoadFailed error={error} />;
  if (circuit.data === undefined || why.data === undefined) return <Waiting rows={2} />;
  return (
    <Box sx={{ display: "grid", gap: 1.25 }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
        <TextLink to={circuitPath(circuitId)}>{circuit.data.name}</TextLink>
        <StateChip
          relay={why.data.relay}
          intended={why.data.intended}
          holds={why.data.holds.map(({ kind }) => kind)}
        />
        <PresenceBadge presence={why.data.presence} />
        <AsOf at={why.data.asOf} />
      </Box>
      <CircuitControl circuit={circuit.data} why={why.data} releaseMinor={releaseMinor} />
    </Box>
  );
}

function BalanceSection({ household }: { household: Household }) {
  const t = useT();
  const format = useFormat();
  const { data: balance, error } = useRow<Balance>("balances", household.id);
  const may = useMay();
  return (
    <Section
      title={t("household.balance")}
      aside={
        may("purchases.create") &&
        household.status === "open" && (
          <Button component={Link} to={deskPath(household.id)} variant="contained" size="small">
            {t("board.sell")}
          </Button>
        )
      }
    >
      {error && <LoadFailed error={error} />}
      {balance === undefined && !error && <Waiting rows={3} />}
      {balance !== undefined && (
        <Box sx={{ display: "grid", gap: 1.5 }}>
          <BalanceFigure balance={balance} />
          {balance.creditPlace === "server" && <BurnDownChart household={household} balance={balance} />}
          <GrantsLeft grants={balance.grants} />
          <Facts>
            <Fact label={t("household.ledgerBalance")}>
              <Money amountMinor={balance.ledgerMinor} />
            </Fact>
            <Fact label={t("household.accrued")}>
              <Money amountMinor={balance.accruedMinor} />
            </Fact>
          </Facts>
          <Typography variant="caption" color="textSecondary">
            {t("household.cut", { amount: format.money(household.cutMinor) })}
          </Typography>
        </Box>
      )}
    </Section>
  );
}

function TermsSection({ household }: { household: Household }) {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const { data: tariff } = useRow<TariffRow>("tariffs", household.tariffId, { enabled: may("tariffs.list") });
  return (
    <Section title={t("household.title")}>
      <Facts>
        <Fact label={t("household.room")}>{household.unitName}</Fact>
        {tariff !== undefined && <Fact label={t("household.tariff")}>{tariff.name}</Fact>}
        <Fact label={t("resources.households.fields.status")}>
          {t(`household.status.${household.status}`)}
        </Fact>
        <Fact label={t("household.since")}>{format.date(household.openedAt)}</Fact>
        {household.pastRooms.toReversed().map(({ unitName, from, until }) => (
          <Fact key={from} label={t("household.pastRoom")}>
            {`${unitName}, ${format.date(from)} – ${format.date(until)}`}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}

/** What else is done with a household; sale and switching stand with their figures. */
function Actions({ household }: { household: Household }) {
  const t = useT();
  const may = useMay();
  const [isAdjusting, setIsAdjusting] = useState(false);
  const isOpen = household.status === "open";
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mb: 2, alignItems: "center" }}>
      {isOpen && may("households.move") && (
        <Button component={Link} to={movePath(household.id)} variant="outlined">
          {t("household.move.title")}
        </Button>
      )}
      {isOpen && may("refunds.list") && (
        <Button component={Link} to={newRefundPath(household.id)} variant="outlined">
          {t("household.refund")}
        </Button>
      )}
      {isOpen && may("adjustments.create") && (
        <Button variant="outlined" onClick={() => setIsAdjusting(true)}>
          {t("tills.adjust")}
        </Button>
      )}
      {may("balances.show") && <StatementButton household={household} />}
      {isAdjusting && <AdjustDialog household={household} onClose={() => setIsAdjusting(false)} />}
    </Box>
  );
}

function HouseholdView({ id }: { id: string }) {
  const t = useT();
  const may = useMay();
  const { data: household, error, refetch } = useRow<Household>("households", id);
  if (error)
    return (
      <>
        <PageTitle title={t("household.title")} />
        <LoadFailed error={error} retry={() => void refetch()} />
      </>
    );
  if (household === undefined) return <Waiting />;
  const seesMoney = may("balances.show");
  return (
    <>
      <PageTitle title={`${household.unitName} · ${household.name}`} />
      <Actions household={household} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(320px, 400px) minmax(0, 1fr)" },
        }}
      >
        <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
          {seesMoney && <BalanceSection household={household} />}
          <Section title={t("household.circuits")}>
            {household.circuitIds.length === 0 ? (
              <EmptyState dense title={t("household.noCircuits")} />
            ) : (
              <Box sx={{ display: "grid", gap: 2 }}>
                {household.circuitIds.map((circuitId, index) => (
                  <Box key={circuitId} sx={{ display: "grid", gap: 2 }}>
                    {index > 0 && <Divider />}
                    <HouseholdCircuit circuitId={circuitId} releaseMinor={household.releaseMinor} />
                  </Box>
                ))}
              </Box>
            )}
          </Section>
          {may("cards.list") && <HouseholdCards household={household} />}
          <ResidentsSection household={household} />
          <TermsSection household={household} />
        </Box>
        <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
          <UseSection household={household} />
          {seesMoney && <LedgerTable householdId={id} />}
          {may("purchases.list") && <HouseholdPurchases household={household} />}
        </Box>
      </Box>
    </>
  );
}

export default function HouseholdPage() {
  const { id = "" } = useParams();
  return (
    <Guarded right="households.show">
      <HouseholdView key={id} id={id} />
    </Guarded>
  );
}
