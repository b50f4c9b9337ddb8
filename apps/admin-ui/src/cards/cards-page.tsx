import { Alert, Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { DataTable, useDataProvider } from "react-admin";
import { useNavigate } from "react-router-dom";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { ResourceList } from "../shared/resource-list.tsx";
import { cardPath, TextLink } from "../shared/text-link.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { useUrlChoice } from "../shared/use-url-choice.ts";
import type { CardReader } from "./card-reader.ts";
import { CardStateChip, chipNumber } from "./card-state-chip.tsx";
import { IssueDialog } from "./issue-dialog.tsx";
import { ReaderBar } from "./reader-bar.tsx";
import { CARD_STATES, type Card } from "./rows.ts";
import { useCardDesk } from "./use-card-desk.ts";

const CHOICES = ["state"] as const;

/** Whose card lies on the reader? A chip that is nobody's can be given out. */
function WhoseCard({ reader, onIssue }: { reader: CardReader; onIssue: () => void }) {
  const t = useT();
  const { id: siteId } = useSite();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isRunning, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<{ unknownUid: string } | { problem: unknown } | null>(null);
  async function look() {
    setRunning(true);
    setOutcome(null);
    try {
      const { uid } = await reader.read();
      const { data } = await dataProvider.getList<Card>("cards", {
        pagination: { page: 1, perPage: 20 },
        sort: { field: "issuedAt", order: "DESC" },
        filter: { siteId, uid },
      });
      const found = data.find(({ state }) => state === "active") ?? data[0];
      if (found !== undefined && found.state !== "settled") void navigate(cardPath(found.id));
      else setOutcome({ unknownUid: uid });
    } catch (problem) {
      setOutcome({ problem });
    } finally {
      setRunning(false);
    }
  }
  return (
    <>
      <Button variant="contained" size="small" loading={isRunning} onClick={() => void look()}>
        {t("cards.whose")}
      </Button>
      <Button variant="outlined" size="small" onClick={onIssue}>
        {t("cards.issue")}
      </Button>
      {outcome !== null && (
        <Alert severity={"problem" in outcome ? "error" : "info"} sx={{ width: "100%", order: 9 }}>
          {"problem" in outcome
            ? problemText(outcome.problem)
            : t("cards.nobodys", { number: chipNumber(outcome.unknownUid) })}
        </Alert>
      )}
    </>
  );
}

function HouseholdName({ card }: { card: Card }) {
  return useHouseholdNames([card.householdId])(card.householdId);
}

export default function CardsPage() {
  const t = useT();
  const site = useSite();
  const format = useFormat();
  const navigate = useNavigate();
  const { reader } = useCardDesk();
  const mayHandle = useMay()("cards.handle");
  const [isIssuing, setIssuing] = useState(false);
  const [choice, choose] = useUrlChoice(CHOICES);
  const state = CARD_STATES.find((one) => one === choice.state);
  return (
    <>
      {mayHandle && (
        <ReaderBar>
          {reader !== null && <WhoseCard reader={reader} onIssue={() => setIssuing(true)} />}
        </ReaderBar>
      )}
      <Box sx={{ mb: 1.5 }}>
        <ToggleChips
          label={t("cards.filter")}
          options={(["all", ...CARD_STATES] as const).map((value) => ({
            value,
            label: t(value === "all" ? "cards.all" : `cards.state.${value}`),
          }))}
          value={state ?? "all"}
          onChange={(value) => choose({ state: value === "all" ? "" : value })}
        />
      </Box>
      <ResourceList<Card>
        resource="cards"
        title={t("nav.cards")}
        sort={{ field: "issuedAt", order: "DESC" }}
        filter={{ siteId: site.id, ...(state !== undefined && { state }) }}
        empty={{ title: t("cards.empty"), help: t("cards.emptyHelp") }}
        card={(row) => (
          <>
            <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
              <Box sx={{ flex: 1, minWidth: 0 }}>
                <TextLink to={cardPath(row.id)}>{chipNumber(row.uid)}</TextLink>
              </Box>
              <CardStateChip state={row.state} />
            </Box>
            <Typography variant="body2">
              <HouseholdName card={row} />
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {t("cards.carries")} <Money amountMinor={row.carriedMinor} />
            </Typography>
          </>
        )}
      >
        <DataTable<Card> bulkActionButtons={false} rowClick={false}>
          <DataTable.Col<Card>
            source="uid"
            label={t("cards.number")}
            disableSort
            render={(row) => <TextLink to={cardPath(row.id)}>{chipNumber(row.uid)}</TextLink>}
          />
          <DataTable.Col<Card>
            source="householdId"
            label={t("board.household")}
            disableSort
            render={(row) => <HouseholdName card={row} />}
          />
          <DataTable.Col<Card>
            source="state"
            label={t("cards.stateLabel")}
            disableSort
            render={(row) => <CardStateChip state={row.state} />}
          />
          <DataTable.Col<Card>
            source="carriedMinor"
            label={t("cards.carries")}
            disableSort
            render={(row) => <Money amountMinor={row.carriedMinor} />}
          />
          <DataTable.Col<Card>
            source="issuedAt"
            label={t("cards.issuedAt")}
            render={(row) => format.dateTime(row.issuedAt)}
          />
        </DataTable>
      </ResourceList>
      {isIssuing && reader !== null && (
        <IssueDialog
          reader={reader}
          onIssued={(card) => void navigate(cardPath(card.id))}
          onClose={() => setIssuing(false)}
        />
      )}
    </>
  );
}
