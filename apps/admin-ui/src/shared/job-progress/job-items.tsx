import { Box, Typography } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useGetList } from "react-admin";
import { codeText, mistakesText } from "../../i18n/problem-text.ts";
import { useT } from "../../i18n/use-t.ts";
import { useFallbackInterval } from "../../layout/live-context.tsx";
import { useFormat } from "../../layout/site-context.tsx";
import { EmptyState } from "../empty-state.tsx";
import { LoadFailed } from "../load-failed.tsx";
import { Pages } from "../pages-nav.tsx";
import { Chip } from "../state-chip.tsx";
import { householdPath, TextLink } from "../text-link.tsx";
import { ToggleChips } from "../toggle-chips.tsx";
import { useHouseholdNames } from "../use-household-names.ts";
import { Waiting } from "../waiting.tsx";
import { isLeftOutReason, OUTCOME_COLORS, outcomeOf } from "./item-outcome.ts";
import { traitsOf } from "./job-kinds.ts";
import type { Job, JobItem, JobItemState } from "./job-rows.ts";
import { viewOf } from "./job-view.ts";
import { remedyOf } from "./remedies.ts";

const PER_PAGE = 20;
const FREE_ENERGY = "Wh";

type Filter = "all" | JobItemState;
const FILTERS: readonly Filter[] = ["all", "failed", "waiting", "done"];

/** What became of each item; what failed comes first to the eye, with what to do about it. */
export function JobItems({
  job,
  action,
}: {
  job: Job;
  /** What can be done about an item that failed, beside trying again. */
  action?: ((item: JobItem) => ReactNode) | undefined;
}) {
  const t = useT();
  const refetchInterval = useFallbackInterval();
  const { waiting } = viewOf(job);
  const [chosen, setChosen] = useState<Filter | null>(null);
  const [page, setPage] = useState(1);
  const filter = chosen ?? (job.failed > 0 ? "failed" : "all");
  const counts: Record<Filter, number> = {
    all: job.total ?? 0,
    failed: job.failed,
    waiting: waiting ?? 0,
    done: job.done,
  };
  const { data, total, error, refetch } = useGetList<JobItem>(
    "job-items",
    {
      pagination: { page, perPage: PER_PAGE },
      sort: { field: "position", order: "ASC" },
      filter: { jobId: job.id, ...(filter !== "all" && { state: filter }) },
    },
    { enabled: job.total !== null, refetchInterval, placeholderData: keepPreviousData },
  );
  const names = useItemNames(job.kind, data ?? []);
  if (job.total === null || job.total === 0) return null;
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <ToggleChips
        label={t("jobs.filterLabel")}
        options={FILTERS.filter((value) => value === "all" || counts[value] > 0).map((value) => ({
          value,
          label: t(`jobs.filter.${value}`),
          count: counts[value],
        }))}
        value={filter}
        onChange={(value) => {
          setChosen(value);
          setPage(1);
        }}
      />
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={4} />}
      {data?.length === 0 && <EmptyState dense title={t("jobs.noItems")} />}
      {data !== undefined && data.length > 0 && (
        <Box component="ul" aria-label={t("jobs.items")} sx={{ m: 0, p: 0 }}>
          {data.map((item) => (
            <ItemRow
              key={item.id}
              item={item}
              name={names(item.itemId)}
              isHousehold={traitsOf(job.kind).items === "households"}
              action={item.state === "failed" ? action?.(item) : undefined}
            />
          ))}
        </Box>
      )}
      <Pages page={page} perPage={PER_PAGE} total={total ?? 0} onPage={setPage} label={t("jobs.items")} />
    </Box>
  );
}

function ItemRow({
  item,
  name,
  isHousehold,
  action,
}: {
  item: JobItem;
  name: string;
  isHousehold: boolean;
  action: ReactNode;
}) {
  const t = useT();
  const format = useFormat();
  const outcome = outcomeOf(item);
  const remedy = outcome.kind === "failed" ? remedyOf(outcome.code) : null;
  const amount =
    outcome.kind === "over" && outcome.amount !== null
      ? outcome.amount.commodity === FREE_ENERGY
        ? format.energy(outcome.amount.value)
        : format.money(outcome.amount.value)
      : null;
  const mistakes = item.problem?.errors ?? [];
  const reason =
    outcome.kind === "failed"
      ? mistakes.length > 0
        ? mistakesText(mistakes, t)
        : (codeText(outcome.code, t) ?? outcome.detail)
      : outcome.kind === "waiting"
        ? outcome.code === null
          ? null
          : (codeText(outcome.code, t) ?? outcome.code)
        : outcome.reason === null
          ? null
          : isLeftOutReason(outcome.reason)
            ? t(`jobs.leftOut.${outcome.reason}`)
            : outcome.reason;
  return (
    <Box
      component="li"
      sx={{
        listStyle: "none",
        py: 0.75,
        borderTop: 1,
        borderColor: "divider",
        display: "grid",
        gap: 0.25,
      }}
    >
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, flexWrap: "wrap" }}>
        <Typography variant="body2" component="span" sx={{ flex: 1, minWidth: 120 }}>
          {isHousehold ? <TextLink to={householdPath(item.itemId)}>{name}</TextLink> : name}
        </Typography>
        {amount !== null && (
          <Typography
            variant="body2"
            component="span"
            sx={{ fontVariantNumeric: "tabular-nums", fontWeight: 600 }}
          >
            {amount}
          </Typography>
        )}
        {outcome.kind === "over" && (
          <Chip color={OUTCOME_COLORS[outcome.word]}>{t(`jobs.outcome.${outcome.word}`)}</Chip>
        )}
        {outcome.kind === "failed" && <Chip color="alarm">{t("jobs.outcome.failed")}</Chip>}
        {outcome.kind === "waiting" && <Chip color="offline">{t("jobs.outcome.waiting")}</Chip>}
      </Box>
      {reason !== null && (
        <Typography
          variant="body2"
          color={outcome.kind === "failed" ? "textPrimary" : "textSecondary"}
          sx={{ overflowWrap: "anywhere" }}
        >
          {reason}
          {remedy !== null && ` ${t(`jobs.remedy.${remedy}`)}`}
        </Typography>
      )}
      {action}
    </Box>
  );
}

/** Households by room and name; lines by their number; everything else by its id. */
function useItemNames(kind: string, items: readonly JobItem[]): (itemId: string) => string {
  const t = useT();
  const { items: what } = traitsOf(kind);
  const ids = items.map(({ itemId }) => itemId);
  const names = useHouseholdNames(ids, what === "households");
  return (itemId) => {
    if (what === "lines") return t("jobs.line", { line: itemId });
    if (what !== "households") return itemId;
    return names(itemId);
  };
}
