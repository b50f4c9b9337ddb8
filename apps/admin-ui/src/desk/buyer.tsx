import { Box, Button, Typography } from "@mui/material";
import type { Balance, Household, Why } from "../api/rows.ts";
import { useRow } from "../data/use-row.ts";
import { BalanceFigure } from "../households/balance-figure.tsx";
import { otherResidents } from "../households/resident-names.ts";
import { useT } from "../i18n/use-t.ts";
import { HoldList, HoldReason } from "../shared/hold-reason.tsx";
import { PresenceBadge, StateChip } from "../shared/state-chip.tsx";
import { circuitPath, householdPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";

function BuyerCircuit({ circuitId, household }: { circuitId: string; household: Household }) {
  const t = useT();
  const { data: why } = useRow<Why>("why", circuitId);
  if (why === undefined) return <Waiting rows={1} />;
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
        <StateChip relay={why.relay} intended={why.intended} holds={why.holds.map(({ kind }) => kind)} />
        {why.presence !== "online" && <PresenceBadge presence={why.presence} />}
        <TextLink to={circuitPath(circuitId)}>{t("board.circuit")}</TextLink>
      </Box>
      {why.holds.length > 0 && (
        <HoldList>
          {why.holds.map((hold) => (
            <HoldReason key={hold.kind} hold={hold} releaseMinor={household.releaseMinor} />
          ))}
        </HoldList>
      )}
    </Box>
  );
}

/** Who buys: balance, days left, and why the power is off, before the money changes hands. */
export function Buyer({
  household,
  balance,
  onChange,
}: {
  household: Household;
  balance: Balance | undefined;
  onChange: () => void;
}) {
  const t = useT();
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Box sx={{ display: "flex", alignItems: "start", gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h1" component="h2">
            {household.unitName} · {household.name}
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {household.residents.length === 0 ? t("household.noResidents") : otherResidents(household)}{" "}
            <TextLink to={householdPath(household.id)}>{t("board.household")}</TextLink>
          </Typography>
        </Box>
        <Button size="small" onClick={onChange}>
          {t("desk.change")}
        </Button>
      </Box>
      {balance === undefined ? <Waiting rows={2} /> : <BalanceFigure balance={balance} />}
      {household.circuitIds.map((circuitId) => (
        <BuyerCircuit key={circuitId} circuitId={circuitId} household={household} />
      ))}
    </Box>
  );
}
