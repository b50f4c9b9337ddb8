import { Box, Typography } from "@mui/material";
import { useParams } from "react-router-dom";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { DocumentButton } from "../shared/document-button.tsx";
import { Money } from "../shared/figures.tsx";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import type { Job, JobItem } from "../shared/job-progress/job-rows.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { Waiting } from "../shared/waiting.tsx";
import { AcceptDebts, Decision } from "./decision.tsx";
import { PreviewTable } from "./preview-table.tsx";
import { StageChip } from "./refund-row.tsx";
import { stageOf } from "./refund-stage.ts";
import type { RefundDetail, Withdrawal } from "./rows.ts";
import { SettlementView } from "./settlement-view.tsx";
import { TypeReading } from "./type-reading.tsx";
import { useUserId } from "./use-user-id.ts";

/** One refund: what was shown, who decided, how far its households are, and their papers. */
export default function RefundPage() {
  const { id = "" } = useParams();
  const t = useT();
  const { data: refund, error, refetch } = useRow<RefundDetail>("refunds", id);
  return (
    <>
      <PageTitle title={refund?.reason ?? t("refunds.title")} />
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {/* A row of the list has no households yet. */}
      {refund?.preview === undefined && !error && <Waiting />}
      {refund?.preview !== undefined && (
        <RefundView key={id} refund={refund} onDecided={() => void refetch()} />
      )}
    </>
  );
}

function RefundView({ refund, onDecided }: { refund: RefundDetail; onDecided: () => void }) {
  const t = useT();
  const byHousehold = new Map(refund.withdrawals.map((row) => [row.householdId, row]));
  const [only, ...others] = refund.preview;
  const names = useHouseholdNames(others.length === 0 ? refund.householdIds : []);
  return (
    <Box sx={{ display: "grid", gap: 2, maxWidth: 1080 }}>
      <Head refund={refund} onDecided={onDecided} />
      {refund.jobId !== null && (
        <Section title={t("refunds.progress")}>
          <JobProgress
            jobId={refund.jobId}
            label={t("refunds.progress")}
            itemAction={(item) => (
              <Remedy
                item={item}
                refund={refund}
                withdrawal={byHousehold.get(item.itemId)}
                onDecided={onDecided}
              />
            )}
          />
        </Section>
      )}
      {only !== undefined && others.length === 0 ? (
        <Section
          title={names(only.householdId, only.householdName)}
          aside={
            <Papers
              refund={refund}
              withdrawal={byHousehold.get(only.householdId)}
              name={only.householdName}
            />
          }
        >
          <Box sx={{ maxWidth: 560 }}>
            <SettlementView settlement={only} />
          </Box>
        </Section>
      ) : (
        <Section title={t("refunds.households")} flush>
          <PreviewTable
            rows={refund.preview}
            label={t("refunds.households")}
            {...(refund.state === "approved" && {
              state: (householdId: string) => {
                const withdrawal = byHousehold.get(householdId);
                const name =
                  refund.preview.find((row) => row.householdId === householdId)?.householdName ?? "";
                return withdrawal === undefined ? null : (
                  <Outcome refund={refund} withdrawal={withdrawal} name={name} />
                );
              },
            })}
          />
        </Section>
      )}
    </Box>
  );
}

function Head({ refund, onDecided }: { refund: RefundDetail; onDecided: () => void }) {
  const t = useT();
  const format = useFormat();
  const userId = useUserId();
  const { data: job } = useRow<Job>("jobs", refund.jobId);
  const stage = stageOf(refund, job?.state, userId);
  const paidMinor = refund.withdrawals.reduce((sum, { result }) => sum + (result?.refundMinor ?? 0), 0);
  return (
    <Section
      title={t("refunds.count", { smart_count: refund.householdIds.length })}
      aside={
        <>
          <StageChip stage={stage} />
          {refund.state === "approved" && refund.householdIds.length > 1 && (
            <DocumentButton
              path={`/refunds/${encodeURIComponent(refund.id)}/summary.pdf`}
              label={t("refunds.summary")}
            />
          )}
        </>
      }
    >
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <Typography
          component="p"
          sx={{ fontSize: "1.75rem", fontWeight: 700, lineHeight: 1.2, fontVariantNumeric: "tabular-nums" }}
        >
          <Money amountMinor={stage === "settled" ? paidMinor : refund.totalMinor} />
        </Typography>
        <Facts>
          <Fact label={t("refunds.proposed")}>
            {t("refunds.by", { name: refund.proposedBy.name, time: format.dateTime(refund.proposedAt) })}
          </Fact>
          {refund.decidedBy !== null && refund.decidedAt !== null && (
            <Fact label={t(refund.state === "rejected" ? "refunds.rejected" : "refunds.approved")}>
              {t("refunds.by", { name: refund.decidedBy.name, time: format.dateTime(refund.decidedAt) })}
              {refund.decisionReason !== "" && ` · ${refund.decisionReason}`}
            </Fact>
          )}
          {refund.debtsAcceptedBy !== null && refund.debtsAcceptedAt !== null && (
            <Fact label={t("refunds.debtsAccepted")}>
              {t("refunds.by", {
                name: refund.debtsAcceptedBy.name,
                time: format.dateTime(refund.debtsAcceptedAt),
              })}
            </Fact>
          )}
          {refund.state === "approved" && (
            <Fact label={t("refunds.payOut")}>
              {t("refunds.payOutHelp", { amount: format.money(paidMinor) })}
            </Fact>
          )}
        </Facts>
        {refund.state === "proposed" && <Decision refund={refund} onDecided={onDecided} />}
      </Box>
    </Section>
  );
}

/** What a person can do here about a household that failed. */
function Remedy({
  item,
  refund,
  withdrawal,
  onDecided,
}: {
  item: JobItem;
  refund: RefundDetail;
  withdrawal: Withdrawal | undefined;
  onDecided: () => void;
}) {
  if (item.problem?.code === "reading-missing" && withdrawal !== undefined)
    return <TypeReading refundId={refund.id} withdrawal={withdrawal} />;
  if (item.problem?.code === "household-in-debt" && refund.debtsAcceptedBy === null)
    return <AcceptDebts refund={refund} onDecided={onDecided} />;
  return null;
}

function Outcome({
  refund,
  withdrawal,
  name,
}: {
  refund: RefundDetail;
  withdrawal: Withdrawal;
  name: string;
}) {
  const t = useT();
  const format = useFormat();
  const { phase, result } = withdrawal;
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
      <Chip color={phase === "done" ? "on" : "switching"}>
        {result === null
          ? t(`refunds.phase.${phase}`)
          : t("refunds.paid", { amount: format.money(result.refundMinor) })}
      </Chip>
      <Papers refund={refund} withdrawal={withdrawal} name={name} />
    </Box>
  );
}

/** The statement, once the account is closed. */
function Papers({
  refund,
  withdrawal,
  name,
}: {
  refund: RefundDetail;
  withdrawal: Withdrawal | undefined;
  name: string;
}) {
  const t = useT();
  if (withdrawal?.phase !== "done") return null;
  const query = new URLSearchParams({ householdId: withdrawal.householdId });
  return (
    <DocumentButton
      path={`/refunds/${encodeURIComponent(refund.id)}/statement.pdf?${query}`}
      label={t("refunds.statement")}
      name={name}
    />
  );
}
