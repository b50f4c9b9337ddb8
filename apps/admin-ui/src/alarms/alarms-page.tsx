import PreviousIcon from "@mui/icons-material/ChevronLeft";
import NextIcon from "@mui/icons-material/ChevronRight";
import { Box, Button, Checkbox, IconButton, Paper, Typography } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useGetList, useStore } from "react-admin";
import type { Alarm, AlarmState } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { Waiting } from "../shared/waiting.tsx";
import { AcknowledgeDialog, ShelveDialog } from "./alarm-dialogs.tsx";
import { AlarmRow } from "./alarm-row.tsx";
import { useAlarmActs } from "./use-alarm-acts.ts";

/** One screen; thousands of alarms are pages of the server, never rows of the browser. */
const PER_PAGE = 25;

const FILTERS = {
  open: ["raised", "acknowledged"],
  raised: ["raised"],
  acknowledged: ["acknowledged"],
  shelved: ["shelved"],
  cleared: ["cleared"],
  all: [],
} as const satisfies Record<string, readonly AlarmState[]>;
type AlarmFilter = keyof typeof FILTERS;
const FILTER_NAMES = Object.keys(FILTERS) as AlarmFilter[];

type Asking = { act: "acknowledge" | "shelve"; ids: string[] };

/** Priority first, then the newest; the filter stays for the next visit. */
export default function AlarmsPage() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const nowMs = useNowMs(30_000);
  const [filter, setFilter] = useStore<AlarmFilter>("hallmeter.alarms.filter", "open");
  const [page, setPage] = useState(1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking | null>(null);
  const refetchInterval = useFallbackInterval();
  const acts = useAlarmActs((failedIds) => setSelected(new Set(failedIds)));

  const {
    data,
    total = 0,
    error,
    refetch,
  } = useGetList<Alarm>(
    "alarms",
    {
      pagination: { page, perPage: PER_PAGE },
      sort:
        filter === "cleared" || filter === "all"
          ? { field: "raisedAt", order: "DESC" }
          : { field: "severity", order: "DESC" },
      filter: { siteId: site.id, ...(FILTERS[filter].length > 0 && { state: FILTERS[filter] }) },
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  const alarms = data ?? [];
  const here = alarms.filter(({ id }) => selected.has(id)).map(({ id }) => id);

  const choose = (next: AlarmFilter) => {
    setFilter(next);
    setPage(1);
    setSelected(new Set());
  };
  const select = (ids: readonly string[], isSelected: boolean) =>
    setSelected((before) => {
      const after = new Set(before);
      for (const id of ids) {
        if (isSelected) after.add(id);
        else after.delete(id);
      }
      return after;
    });
  const ask = (act: Asking["act"], ids: string[]) => setAsking({ act, ids });

  return (
    <>
      <PageTitle title={t("alarms.title")} />
      <Box sx={{ mb: 1.5 }}>
        <ToggleChips
          label={t("alarms.filterLabel")}
          options={FILTER_NAMES.map((value) => ({
            value,
            label: t(`alarms.filter.${value}`),
            ...(value === filter && data && { count: total }),
          }))}
          value={filter}
          onChange={choose}
        />
      </Box>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      <Paper variant="outlined" sx={{ overflow: "hidden" }}>
        {data === undefined && !error && <Waiting rows={6} />}
        {data !== undefined && alarms.length === 0 && (
          <EmptyState
            title={t(filter === "open" ? "alarms.emptyOpen" : "alarms.empty")}
            help={t("alarms.emptyHelp")}
          />
        )}
        {alarms.length > 0 && (
          <>
            <Box
              sx={{
                display: "flex",
                alignItems: "center",
                gap: 1,
                px: { xs: 0.5, sm: 1.5 },
                minHeight: 52,
                flexWrap: "wrap",
              }}
            >
              <Checkbox
                size="small"
                checked={here.length === alarms.length}
                indeterminate={here.length > 0 && here.length < alarms.length}
                onChange={(event) =>
                  select(
                    alarms.map(({ id }) => id),
                    event.target.checked,
                  )
                }
                slotProps={{ input: { "aria-label": t("alarms.selectAll") } }}
              />
              <Typography variant="body2" role="status">
                {t("alarms.selected", { smart_count: here.length })}
              </Typography>
              {may("alarms.acknowledge") && (
                <Button
                  size="small"
                  variant="outlined"
                  disabled={here.length === 0}
                  onClick={() => ask("acknowledge", here)}
                >
                  {t("alarms.acknowledge")}
                </Button>
              )}
              {may("alarms.shelve") && (
                <>
                  <Button
                    size="small"
                    variant="outlined"
                    disabled={here.length === 0}
                    onClick={() => ask("shelve", here)}
                  >
                    {t("alarms.shelve")}
                  </Button>
                  {filter === "shelved" && (
                    <Button
                      size="small"
                      variant="outlined"
                      disabled={here.length === 0}
                      onClick={() => void acts.unshelve(here)}
                    >
                      {t("alarms.unshelve")}
                    </Button>
                  )}
                </>
              )}
            </Box>
            <Box component="ul" sx={{ m: 0, p: 0 }} aria-label={t("alarms.title")}>
              {alarms.map((alarm) => {
                const ids = [alarm.id];
                const mayShelve = may("alarms.shelve");
                return (
                  <AlarmRow
                    key={alarm.id}
                    alarm={alarm}
                    nowMs={nowMs}
                    isSelected={selected.has(alarm.id)}
                    onSelect={(isSelected) => select(ids, isSelected)}
                    onAcknowledge={
                      alarm.state === "raised" && may("alarms.acknowledge")
                        ? () => ask("acknowledge", ids)
                        : undefined
                    }
                    onShelve={
                      mayShelve && (alarm.state === "raised" || alarm.state === "acknowledged")
                        ? () => ask("shelve", ids)
                        : undefined
                    }
                    onUnshelve={
                      mayShelve && alarm.state === "shelved" ? () => void acts.unshelve(ids) : undefined
                    }
                  />
                );
              })}
            </Box>
          </>
        )}
      </Paper>
      {total > PER_PAGE && <Pages page={page} total={total} onPage={setPage} />}
      {asking?.act === "acknowledge" && (
        <AcknowledgeDialog
          count={asking.ids.length}
          onConfirm={(comment) => acts.acknowledge(asking.ids, comment)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.act === "shelve" && (
        <ShelveDialog
          count={asking.ids.length}
          onConfirm={(reason, until) => acts.shelve(asking.ids, reason, until)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function Pages({ page, total, onPage }: { page: number; total: number; onPage: (page: number) => void }) {
  const t = useT();
  const last = Math.ceil(total / PER_PAGE);
  return (
    <Box
      component="nav"
      aria-label={t("alarms.page")}
      sx={{ display: "flex", alignItems: "center", justifyContent: "flex-end", gap: 1, mt: 1 }}
    >
      <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {t("alarms.pageOf", { from: (page - 1) * PER_PAGE + 1, to: Math.min(page * PER_PAGE, total), total })}
      </Typography>
      <IconButton aria-label={t("alarms.previous")} disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <PreviousIcon />
      </IconButton>
      <IconButton aria-label={t("alarms.next")} disabled={page >= last} onClick={() => onPage(page + 1)}>
        <NextIcon />
      </IconButton>
    </Box>
  );
}
