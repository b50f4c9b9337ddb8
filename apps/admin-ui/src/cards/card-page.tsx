import { Alert, Box, Button } from "@mui/material";
import { useRef, useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import type { Circuit } from "../api/rows.ts";
import { Guarded, useMay } from "../auth/rights-context.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { cardPath, circuitPath, householdPath, newRefundPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { CardReader } from "./card-reader.ts";
import { CardStateChip, chipNumber, isBehind } from "./card-state-chip.tsx";
import { BlockDialog, ReplaceDialog, SettleDialog } from "./end-dialogs.tsx";
import { LoadsTable } from "./loads-table.tsx";
import { ReaderBar } from "./reader-bar.tsx";
import type { Card, CardLoad } from "./rows.ts";
import { TopUpDialog } from "./top-up-dialog.tsx";
import { cardApiPath, useCardDesk } from "./use-card-desk.ts";

const DIALOGS = ["top-up", "replace", "block", "settle"] as const;
type DialogName = (typeof DIALOGS)[number];

/** What may be done with a card in its state, the usual first. */
const ACTS = {
  active: ["top-up", "settle", "replace", "block"],
  blocked: ["replace"],
  replaced: [],
  settled: [],
} as const satisfies Record<Card["state"], readonly DialogName[]>;

const NAMES = {
  "top-up": "cards.topUp",
  replace: "cards.replace",
  block: "cards.block",
  settle: "cards.settle",
} as const satisfies Record<DialogName, string>;

/** Reads the card and writes what is missing on it. */
function ReadButton({ card, reader, isMain }: { card: Card; reader: CardReader; isMain: boolean }) {
  const t = useT();
  const desk = useCardDesk();
  const problemText = useProblemText();
  // State comes too late for a double click.
  const running = useRef(false);
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  async function read() {
    if (running.current) return;
    running.current = true;
    setRunning(true);
    setProblem(null);
    try {
      await desk.finish(await desk.present(card.id, await reader.read()), t("cards.upToDate"));
    } catch (error) {
      setProblem(error);
    } finally {
      running.current = false;
      setRunning(false);
    }
  }
  return (
    <>
      <Button variant={isMain ? "contained" : "outlined"} loading={isRunning} onClick={() => void read()}>
        {t("cards.read")}
      </Button>
      {problem !== null && (
        <Alert severity="error" sx={{ width: "100%", order: 9 }}>
          {problemText(problem)}
        </Alert>
      )}
    </>
  );
}

function Acts({ card, householdName }: { card: Card; householdName: string }) {
  const t = useT();
  const navigate = useNavigate();
  const { reader } = useCardDesk();
  const [open, setOpen] = useState<DialogName | null>(null);
  const close = () => setOpen(null);
  const behind = isBehind(card);
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mb: 2, alignItems: "center" }}>
      {reader !== null && <ReadButton card={card} reader={reader} isMain={behind} />}
      {ACTS[card.state].map((name, index) => (
        <Button
          key={name}
          variant={index === 0 && name === "top-up" && !behind ? "contained" : "outlined"}
          color={name === "block" ? "error" : "primary"}
          disabled={reader === null && name !== "block"}
          onClick={() => setOpen(name)}
        >
          {t(NAMES[name])}
        </Button>
      ))}
      {open === "block" && <BlockDialog card={card} onClose={close} />}
      {reader !== null && open === "top-up" && (
        <TopUpDialog {...{ card, reader, householdName }} onClose={close} />
      )}
      {reader !== null && open === "settle" && <SettleDialog {...{ card, reader }} onClose={close} />}
      {reader !== null && open === "replace" && (
        <ReplaceDialog
          {...{ card, reader }}
          onReplaced={(next) => void navigate(cardPath(next.id))}
          onClose={close}
        />
      )}
    </Box>
  );
}

/** What came back with a settled card is the household's: to be paid out, or sold anew. */
function Returned({ card, loads }: { card: Card; loads: readonly CardLoad[] }) {
  const t = useT();
  const format = useFormat();
  const minor = loads
    .filter(({ state }) => state === "returned")
    .reduce((sum, load) => sum + load.amountMinor, 0);
  if (card.state !== "settled" || minor === 0) return null;
  return (
    <Alert severity="info" sx={{ mb: 2 }}>
      {t("cards.returned", { amount: format.money(minor) })}{" "}
      <TextLink to={householdPath(card.householdId)}>{t("cards.toSales")}</TextLink> ·{" "}
      <TextLink to={newRefundPath(card.householdId)}>{t("household.refund")}</TextLink>
    </Alert>
  );
}

function CardFacts({ card, householdName }: { card: Card; householdName: string }) {
  const t = useT();
  const format = useFormat();
  const { data: circuit } = useRow<Circuit>("circuits", card.circuitId);
  return (
    <Section title={t("cards.one")} aside={<CardStateChip state={card.state} />}>
      <Facts>
        <Fact label={t("board.household")}>
          <TextLink to={householdPath(card.householdId)}>{householdName}</TextLink>
        </Fact>
        <Fact label={t("cards.circuit")}>
          <TextLink to={circuitPath(card.circuitId)}>{circuit?.name ?? "…"}</TextLink>
        </Fact>
        <Fact label={t("cards.carries")}>
          <Money amountMinor={card.carriedMinor} />
        </Fact>
        <Fact label={t("cards.counts")}>
          {t("cards.countsText", { count: card.count, shown: card.readCount, taken: card.takenCount })}
        </Fact>
        <Fact label={t("cards.issuedAt")}>{format.dateTime(card.issuedAt)}</Fact>
        <Fact label={t("cards.readAt")}>
          {card.readAt === null ? t("common.never") : format.dateTime(card.readAt)}
        </Fact>
        {card.stateReason !== "" && <Fact label={t("confirm.reason")}>{card.stateReason}</Fact>}
        {card.replaces !== null && (
          <Fact label={t("cards.replaces")}>
            <TextLink to={cardPath(card.replaces)}>{t("cards.earlier")}</TextLink>
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function CardView({ id }: { id: string }) {
  const t = useT();
  const mayHandle = useMay()("cards.handle");
  const { data: card, error, refetch } = useRow<Card>("cards", id);
  const loads = useRead<CardLoad[]>("cards", `${cardApiPath(id)}/loads`);
  const householdName = useHouseholdNames(card === undefined ? [] : [card.householdId])(
    card?.householdId ?? "",
  );
  if (error)
    return (
      <>
        <PageTitle title={t("cards.one")} />
        <LoadFailed error={error} retry={() => void refetch()} />
      </>
    );
  if (card === undefined) return <Waiting />;
  return (
    <>
      <PageTitle title={t("cards.named", { number: chipNumber(card.uid) })} />
      {mayHandle && <ReaderBar />}
      {isBehind(card) && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {t("cards.behind")}
        </Alert>
      )}
      {mayHandle && <Acts card={card} householdName={householdName} />}
      {loads.data !== undefined && <Returned card={card} loads={loads.data} />}
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(320px, 400px) minmax(0, 1fr)" },
        }}
      >
        <CardFacts card={card} householdName={householdName} />
        <Section title={t("cards.loads")} flush>
          {loads.error && <LoadFailed error={loads.error} />}
          {loads.data === undefined && !loads.error && <Waiting rows={3} />}
          {loads.data !== undefined && <LoadsTable loads={loads.data} />}
        </Section>
      </Box>
    </>
  );
}

export default function CardPage() {
  const { id = "" } = useParams();
  return (
    <Guarded right="cards.list">
      <CardView key={id} id={id} />
    </Guarded>
  );
}
