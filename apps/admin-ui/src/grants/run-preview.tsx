import {
  Alert,
  Box,
  Button,
  DialogContentText,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
} from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDataProvider } from "react-admin";
import { newIdempotencyKey } from "../api/request.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useSentences } from "../i18n/use-sentences.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { isLeftOutReason } from "../shared/job-progress/item-outcome.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { Waiting } from "../shared/waiting.tsx";
import { amountText } from "./gift-text.ts";
import type { GrantPolicy, GrantPreview } from "./rows.ts";
import { useToday } from "./use-months.ts";
import { usePolicyWords } from "./use-policy-words.ts";

const PER_PAGE = 20;

interface Props {
  policy: GrantPolicy;
  month: string;
  onStarted: (jobId: string) => void;
}

/** Whom a run would give what, and why others get nothing; then, on one button, the run. */
export function RunPreview({ policy, month, onStarted }: Props) {
  const t = useT();
  const sentences = useSentences();
  const format = useFormat();
  const words = usePolicyWords()(policy);
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { data, error, refetch } = useQuery({
    queryKey: ["grant-previews", policy.id, month],
    queryFn: () =>
      dataProvider.act<GrantPreview>(
        "/grant-runs",
        { policyId: policy.id, month, dryRun: true },
        newIdempotencyKey(),
      ),
    // What would be given follows from today's households.
    gcTime: 0,
  });
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting rows={8} />;
  const amount = (value: number) => amountText(policy.gift.kind, value, format);
  return (
    <>
      <Section title={t("grants.run.preview")}>
        <Box sx={{ display: "grid", gap: 1.5 }}>
          <Typography variant="body2" color="textSecondary">
            {sentences(words.gift, t("grants.run.previewHelp"))}
          </Typography>
          {data.granted.length === 0 ? (
            <EmptyState dense title={t("grants.run.nobody")} help={t("grants.run.nobodyHelp")} />
          ) : (
            <Box sx={{ display: "flex", gap: 4, flexWrap: "wrap" }}>
              <Figure label={t("grants.run.total")}>{amount(data.totalAmount)}</Figure>
              <Figure label={t("grants.run.reached")}>{format.integer(data.granted.length)}</Figure>
              <Figure label={t("grants.run.leftOut")}>{format.integer(data.leftOut.length)}</Figure>
            </Box>
          )}
          <Give {...{ policy, month, preview: data, onStarted }} />
        </Box>
      </Section>
      {data.leftOut.length > 0 && <LeftOut leftOut={data.leftOut} />}
      {data.granted.length > 0 && <Granted granted={data.granted} amount={amount} />}
    </>
  );
}

const Figure = ({ label, children }: { label: string; children: string }) => (
  <Box>
    <Typography variant="caption" color="textSecondary" component="div">
      {label}
    </Typography>
    <Typography
      component="div"
      sx={{ fontSize: "1.5rem", fontWeight: 700, lineHeight: 1.3, fontVariantNumeric: "tabular-nums" }}
    >
      {children}
    </Typography>
  </Box>
);

function Give({ policy, month, preview, onStarted }: Props & { preview: GrantPreview }) {
  const t = useT();
  const format = useFormat();
  const mayGive = useMay()("grants.give");
  const today = useToday();
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isAsking, setIsAsking] = useState(false);
  if (!mayGive) return <Alert severity="info">{t("grants.run.notMay")}</Alert>;
  if (month > today.slice(0, 7)) return <Alert severity="info">{t("grants.run.notYet")}</Alert>;
  if (preview.granted.length === 0) return null;
  const said = {
    amount: amountText(policy.gift.kind, preview.totalAmount, format),
    smart_count: preview.granted.length,
  };
  const monthName = format.monthAndYear(month);

  async function give() {
    const body = { policyId: policy.id, month };
    const job = await dataProvider.act<{ id: string }>("/grant-runs", body, act.keyFor(body));
    act.settle();
    onStarted(job.id);
  }

  return (
    <Box>
      <Button variant="contained" onClick={() => setIsAsking(true)}>
        {t("grants.run.give", said)}
      </Button>
      {isAsking && (
        <ConfirmAct
          title={t("grants.run.confirm", { month: monthName, name: policy.name })}
          confirmLabel={t("grants.run.give", said)}
          onConfirm={give}
          onClose={() => setIsAsking(false)}
        >
          <DialogContentText>{t("grants.run.confirmHelp", said)}</DialogContentText>
        </ConfirmAct>
      )}
    </Box>
  );
}

/** By reason, the commonest first: what is wrong with many is seen at once. */
function LeftOut({ leftOut }: { leftOut: GrantPreview["leftOut"] }) {
  const t = useT();
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))]
    .map((reason) => ({ reason, rows: leftOut.filter((row) => row.reason === reason) }))
    .sort((a, b) => b.rows.length - a.rows.length);
  return (
    <Section title={t("grants.run.leftOut")}>
      <Box component="ul" sx={{ m: 0, p: 0, display: "grid", gap: 1 }}>
        {reasons.map(({ reason, rows }) => (
          <Box component="li" key={reason} sx={{ listStyle: "none" }}>
            <Typography variant="body2">
              <strong>{t("grants.run.leftOutBecause", { smart_count: rows.length })}</strong>
              {" · "}
              {isLeftOutReason(reason) ? t(`jobs.leftOut.${reason}`) : reason}
            </Typography>
            <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
              {rows.slice(0, PER_PAGE).map(({ householdId, name }, index) => (
                <span key={householdId}>
                  {index > 0 && ", "}
                  <TextLink to={householdPath(householdId)}>{name}</TextLink>
                </span>
              ))}
              {rows.length > PER_PAGE && " …"}
            </Typography>
          </Box>
        ))}
      </Box>
    </Section>
  );
}

function Granted({
  granted,
  amount,
}: {
  granted: GrantPreview["granted"];
  amount: (value: number) => string;
}) {
  const t = useT();
  const [page, setPage] = useState(1);
  const here = granted.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const names = useHouseholdNames(here.map(({ householdId }) => householdId));
  return (
    <Section title={t("grants.run.reached")} flush>
      <ScrollTable label={t("grants.run.reached")}>
        <Table size="small">
          <TableHead>
            <TableRow>
              <TableCell>{t("grants.run.household")}</TableCell>
              <TableCell align="right">{t("grants.run.residents")}</TableCell>
              <TableCell align="right">{t("grants.run.amount")}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {here.map((row) => (
              <TableRow key={row.householdId}>
                <TableCell>
                  <TextLink to={householdPath(row.householdId)}>{names(row.householdId, row.name)}</TextLink>
                </TableCell>
                <TableCell align="right">{row.residents}</TableCell>
                <TableCell align="right">{amount(row.amount)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </ScrollTable>
      <Box sx={{ px: 1.5, py: granted.length > PER_PAGE ? 0.5 : 0 }}>
        <Pages
          page={page}
          perPage={PER_PAGE}
          total={granted.length}
          onPage={setPage}
          label={t("grants.run.reached")}
        />
      </Box>
    </Section>
  );
}
