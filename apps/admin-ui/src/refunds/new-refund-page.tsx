import { Alert, Box, Button, TextField, Typography } from "@mui/material";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useDataProvider } from "react-admin";
import { useNavigate, useSearchParams } from "react-router-dom";
import { newIdempotencyKey } from "../api/request.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useSentences } from "../i18n/use-sentences.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { HouseholdPicker } from "../shared/household-picker/household-picker.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { refundPath } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";
import { PreviewTable } from "./preview-table.tsx";
import { ReadNow } from "./read-now.tsx";
import type { Refund, RefundPreview } from "./rows.ts";
import { SettlementView } from "./settlement-view.tsx";

const MAX_REASON_LENGTH = 200;
/** While meters are read on demand the figures are asked for again this often… */
const WATCH_MS = 2000;
/** …for as long as a slow bus takes. */
const WATCH_FOR_MS = 30_000;

/** Who leaves, what each would get, and the request that somebody else approves. One household comes in the address. */
export default function NewRefundPage() {
  const t = useT();
  const [params] = useSearchParams();
  const [chosen, setChosen] = useState<string[]>(() => params.getAll("household"));
  return (
    <>
      <PageTitle title={t("refunds.new")} />
      <Box sx={{ display: "grid", gap: 2, maxWidth: 1080 }}>
        <Section title={t("refunds.who")}>
          <HouseholdPicker chosen={chosen} onChange={setChosen} />
        </Section>
        {chosen.length > 0 && <Preview chosen={chosen} />}
      </Box>
    </>
  );
}

function Preview({ chosen }: { chosen: readonly string[] }) {
  const t = useT();
  const sentences = useSentences();
  const format = useFormat();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const names = useHouseholdNames(chosen.length === 1 ? chosen : []);
  const [watchUntilMs, setWatchUntilMs] = useState(0);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: ["refund-previews", chosen],
    queryFn: () =>
      dataProvider.act<RefundPreview>(
        "/refunds",
        { householdIds: chosen, reason: "preview", dryRun: true },
        newIdempotencyKey(),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: () => (Date.now() < watchUntilMs ? WATCH_MS : false),
    gcTime: 0,
  });
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (data === undefined)
    return (
      <Section title={t("refunds.preview")}>
        <Waiting rows={6} />
      </Section>
    );
  const [first, ...others] = data.households;
  const isOne = others.length === 0;
  const troubled = data.households.filter(({ problems }) => problems.length > 0).length;
  return (
    <Box sx={{ display: "grid", gap: 2, opacity: isPlaceholderData ? 0.6 : 1 }}>
      <Section title={t("refunds.preview")} flush={!isOne}>
        {isOne && first !== undefined ? (
          <Box sx={{ display: "grid", gap: 1.5, maxWidth: 560 }}>
            <Typography variant="h3">{names(first.householdId, first.householdName)}</Typography>
            <SettlementView settlement={first} />
            <ReadNow
              key={first.householdId}
              circuitIds={first.readings.map(({ circuitId }) => circuitId)}
              onAsked={() => setWatchUntilMs(Date.now() + WATCH_FOR_MS)}
            />
          </Box>
        ) : (
          <PreviewTable rows={data.households} label={t("refunds.preview")} />
        )}
      </Section>
      <Section title={t("refunds.request")}>
        <Box sx={{ display: "grid", gap: 1.5 }}>
          <Typography variant="body2">
            {sentences(
              t("refunds.requestHelp", {
                amount: format.money(data.totalMinor),
                smart_count: data.households.length,
              }),
              t(data.needsSecondPerson ? "refunds.twoPeople" : "refunds.onePerson"),
            )}
          </Typography>
          {troubled > 0 && (
            <Alert severity="warning">{t("refunds.troubled", { smart_count: troubled })}</Alert>
          )}
          <RequestForm chosen={chosen} />
        </Box>
      </Section>
    </Box>
  );
}

function RequestForm({ chosen }: { chosen: readonly string[] }) {
  const t = useT();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (reason.trim() === "") {
      setIsMissing(true);
      return;
    }
    if (isRunning) return;
    setIsRunning(true);
    setProblem(null);
    const body = { householdIds: chosen, reason: reason.trim() };
    try {
      const refund = await dataProvider.act<Refund>("/refunds", body, act.keyFor(body));
      act.settle();
      navigate(refundPath(refund.id));
    } catch (error) {
      setProblem(error);
      setIsRunning(false);
    }
  }

  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: "grid", gap: 1.5, maxWidth: 560 }}>
      <TextField
        required
        label={t("confirm.reason")}
        value={reason}
        error={isMissing}
        helperText={isMissing ? t("confirm.reasonMissing") : t("refunds.reasonHelp")}
        onChange={(event) => {
          setReason(event.target.value);
          setIsMissing(false);
        }}
        slotProps={{ htmlInput: { maxLength: MAX_REASON_LENGTH } }}
      />
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      <Box>
        <Button type="submit" variant="contained" loading={isRunning}>
          {t("refunds.propose")}
        </Button>
      </Box>
    </Box>
  );
}
