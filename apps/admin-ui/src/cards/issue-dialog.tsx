import { Alert, Typography } from "@mui/material";
import { useCallback, useRef, useState } from "react";
import { useDataProvider, useGetMany } from "react-admin";
import type { Balance, Circuit, Household } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { HouseholdFinder } from "../desk/household-finder.tsx";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import type { CardReader } from "./card-reader.ts";
import type { Card, Handled } from "./rows.ts";
import { useCardDesk } from "./use-card-desk.ts";
import { useHeldAct } from "./use-held-act.ts";

/** Gives the chip on the reader to a household's circuit. */
export function IssueDialog({
  reader,
  household: given,
  onIssued,
  onClose,
}: {
  reader: CardReader;
  /** Without it, it is chosen. */
  household?: Household;
  onIssued: (card: Card) => void;
  onClose: () => void;
}) {
  const t = useT();
  const desk = useCardDesk();
  const held = useHeldAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const finder = useRef<HTMLInputElement>(null);
  const [chosenId, setChosenId] = useState<string | null>(given?.id ?? null);
  const chosen = useRow<Household>("households", given === undefined ? chosenId : null);
  const household = given ?? chosen.data;
  const circuitIds = household?.circuitIds ?? [];
  const { data: circuits } = useGetMany<Circuit>(
    "circuits",
    { ids: circuitIds },
    { enabled: circuitIds.length > 0 },
  );
  const balance = useRow<Balance>("balances", household?.id ?? null);
  const [circuitId, setCircuitId] = useState("");
  const wanted = circuitIds.includes(circuitId) ? circuitId : circuitIds[0];
  const pick = useCallback((id: string) => setChosenId(id), []);
  return (
    <FormDialog
      title={t("cards.issue")}
      submitLabel={t("cards.issueNow")}
      canSubmit={household !== undefined && wanted !== undefined}
      onSubmit={async () => {
        if (household === undefined || wanted === undefined) return false;
        const handled = await held.run([household.id, wanted], reader, (seen, key) =>
          dataProvider.act<Handled>("/cards", { householdId: household.id, circuitId: wanted, ...seen }, key),
        );
        onIssued(await desk.finish(handled, t("cards.issued")));
        return true;
      }}
      onClose={onClose}
    >
      {household === undefined ? (
        <HouseholdFinder inputRef={finder} onPick={pick} />
      ) : (
        <>
          <Typography sx={{ fontWeight: 600 }}>{`${household.unitName} · ${household.name}`}</Typography>
          <Typography variant="body2">{t("cards.issueHelp")}</Typography>
          {circuitIds.length === 0 && <Alert severity="warning">{t("cards.noCircuit")}</Alert>}
          {circuitIds.length > 1 && wanted !== undefined && (
            <ChoiceField
              label={t("cards.circuit")}
              value={wanted}
              choices={circuitIds.map((id) => ({
                value: id,
                label: circuits?.find((circuit) => circuit?.id === id)?.name ?? id,
              }))}
              onChange={setCircuitId}
            />
          )}
          {balance.data?.creditPlace === "server" && <Alert severity="info">{t("cards.serverCredit")}</Alert>}
        </>
      )}
    </FormDialog>
  );
}
