import { Box, Button, Typography } from "@mui/material";
import { Link, useParams } from "react-router-dom";
import { useMay } from "../auth/rights-context.tsx";
import { useRow } from "../data/use-row.ts";
import { useSentences } from "../i18n/use-sentences.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { policyPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { amountText } from "./gift-text.ts";
import { PolicyChip } from "./grants-page.tsx";
import { MONTH_STATES, mayRun, monthStateOf } from "./month-state.ts";
import type { GrantMonth, GrantPolicy } from "./rows.ts";
import { StackedBars } from "./stacked-bars.tsx";
import { useMonths, useToday } from "./use-months.ts";
import { usePolicyWords } from "./use-policy-words.ts";

/** One policy: what it says, what became of what it gave, and every month. */
export default function PolicyPage() {
  const { id = "" } = useParams();
  const t = useT();
  const { data: policy, error, refetch } = useRow<GrantPolicy>("grant-policies", id);
  return (
    <>
      <PageTitle title={policy?.name ?? t("grants.title")} />
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {policy === undefined && !error && <Waiting />}
      {policy !== undefined && <PolicyView key={id} policy={policy} />}
    </>
  );
}

function PolicyView({ policy }: { policy: GrantPolicy }) {
  const t = useT();
  const sentences = useSentences();
  const mayGive = useMay()("grants.give");
  const words = usePolicyWords()(policy);
  const months = useMonths(policy.id);
  return (
    <Box sx={{ display: "grid", gap: 2, maxWidth: 1080 }}>
      <Section
        title={words.gift}
        aside={
          <>
            <PolicyChip policy={policy} />
            {mayGive && (
              <Button component={Link} to={`${policyPath(policy.id)}/edit`} size="small" variant="outlined">
                {t("grants.edit")}
              </Button>
            )}
          </>
        }
      >
        <Typography variant="body2" color="textSecondary">
          {sentences(words.rest, t("grants.notRefundable"))}
        </Typography>
      </Section>
      {months.error && <LoadFailed error={months.error} retry={() => void months.refetch()} />}
      {months.data === undefined && !months.error && <Waiting rows={6} />}
      {months.data !== undefined && (
        <>
          <Outcomes policy={policy} months={months.data} />
          <Months policy={policy} months={months.data} />
        </>
      )}
    </Box>
  );
}

const PARTS = [
  { part: "used", color: "on" },
  { part: "left", color: "switching" },
  { part: "expired", color: "low" },
  { part: "takenBack", color: "offline" },
] as const;

function Outcomes({ policy, months }: { policy: GrantPolicy; months: readonly GrantMonth[] }) {
  const t = useT();
  const format = useFormat();
  const granted = months.filter(({ given }) => given > 0).toReversed();
  const amount = (value: number) => amountText(policy.gift.kind, value, format);
  const short = (value: number) =>
    policy.gift.kind === "energy" ? format.energyShort(value) : format.money(value);
  return (
    <Section title={t("grants.chart")}>
      {granted.length === 0 ? (
        <EmptyState dense title={t("grants.noChart")} help={t("grants.noChartHelp")} />
      ) : (
        <StackedBars
          label={t("grants.chartLabel", { name: policy.name })}
          legend={PARTS.map(({ part, color }) => ({ label: t(`grants.part.${part}`), color }))}
          bars={granted.map((month) => ({
            label: format.month(month.month),
            top: short(month.given),
            text: PARTS.filter(({ part }) => month[part] > 0)
              .map(({ part }) => `${t(`grants.part.${part}`)} ${amount(month[part])}`)
              .join(", "),
            parts: PARTS.map(({ part, color }) => ({ label: part, value: month[part], color })),
          }))}
        />
      )}
    </Section>
  );
}

function Months({ policy, months }: { policy: GrantPolicy; months: readonly GrantMonth[] }) {
  const t = useT();
  const today = useToday();
  return (
    <Section title={t("grants.monthsTitle")} flush>
      <Box component="ul" aria-label={t("grants.monthsTitle")} sx={{ m: 0, p: 0 }}>
        {months.map((month) => (
          <MonthRow key={month.id} policy={policy} month={month} today={today} />
        ))}
      </Box>
    </Section>
  );
}

function MonthRow({ policy, month, today }: { policy: GrantPolicy; month: GrantMonth; today: string }) {
  const t = useT();
  const format = useFormat();
  const mayGive = useMay()("grants.give");
  const state = monthStateOf(month, today);
  const amount = (value: number) => amountText(policy.gift.kind, value, format);
  const name = format.monthAndYear(month.month);
  const action =
    state === "granted" || state === "reversed"
      ? "grants.open"
      : state === "missed" && mayGive
        ? "grants.previewAndRun"
        : state === "none"
          ? null
          : mayGive && mayRun(month, today)
            ? "grants.previewAndRun"
            : mayGive
              ? "grants.previewMonth"
              : null;
  const path = `${policyPath(policy.id)}/${month.month}`;
  return (
    <Box
      component="li"
      sx={{
        listStyle: "none",
        display: "grid",
        alignItems: "center",
        columnGap: 2,
        rowGap: 0.5,
        px: 2,
        py: 1,
        borderTop: 1,
        borderColor: "divider",
        gridTemplateColumns: {
          xs: "minmax(0, 1fr) auto",
          sm: "150px 120px minmax(0, 1fr) 150px",
        },
      }}
    >
      <Typography variant="body2" sx={{ fontWeight: 600 }}>
        {name}
      </Typography>
      <Box sx={{ justifySelf: { xs: "end", sm: "start" } }}>
        <Chip color={MONTH_STATES[state].color}>
          {state === "upcoming"
            ? t("grants.state.upcoming", { day: format.day(month.dueOn ?? "") })
            : t(`grants.state.${state}`)}
        </Chip>
      </Box>
      <Box sx={{ minWidth: 0, fontVariantNumeric: "tabular-nums" }}>
        {month.given === 0 && state === "granted" && (
          <Typography variant="body2" color="textSecondary">
            {t("grants.gaveNobody")}
          </Typography>
        )}
        {month.given > 0 && (
          <>
            <Typography variant="body2">
              {t("grants.given", { amount: amount(month.given), smart_count: month.households })}
            </Typography>
            <Typography variant="caption" color="textSecondary" component="div">
              {PARTS.filter(({ part }) => month[part] > 0)
                .map(({ part }) => `${t(`grants.part.${part}`)} ${amount(month[part])}`)
                .join(" · ")}
            </Typography>
          </>
        )}
      </Box>
      <Box sx={{ justifySelf: "end", whiteSpace: "nowrap" }}>
        {action !== null && (
          <TextLink to={path}>
            {t(action)}
            <Box component="span" sx={HIDDEN}>
              {` ${name}`}
            </Box>
          </TextLink>
        )}
      </Box>
    </Box>
  );
}

/** Heard, not seen: links of the same words are told apart. */
const HIDDEN = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
} as const;
