import { Box, Button, Checkbox, Paper, Typography } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useGetList } from "react-admin";
import type { Alarm } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { useUrlChoice } from "../shared/use-url-choice.ts";
import { Waiting } from "../shared/waiting.tsx";
import { AcknowledgeDialog, ShelveDialog } from "./alarm-dialogs.tsx";
import { AlarmRow } from "./alarm-row.tsx";
import { type BulkOutcome, BulkOutcomeAlert, namesOf } from "./bulk-outcome.tsx";
import { INBOX_CHOICES, type InboxChoice, inboxFilter, inboxQuery, isNarrowed } from "./inbox-filter.ts";
import { InboxFilterBar } from "./inbox-filter-bar.tsx";
import { movedTo } from "./inbox-keys.ts";
import { KeyHelp } from "./key-help.tsx";
import { useAlarmActs } from "./use-alarm-acts.ts";
import { useInboxKeys } from "./use-inbox-keys.ts";

/** One screen; thousands of alarms are pages of the server, never rows of the browser. */
const PER_PAGE = 25;

type Asking = { act: "acknowledge" | "shelve"; ids: string[] };

const canAcknowledge = ({ state }: Alarm) => state === "raised";
const canShelve = ({ state }: Alarm) => state === "raised" || state === "acknowledged";

/** Priority first, then the newest. What is shown stands in the address, so that it stays and can be passed on. */
export default function AlarmsPage() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const nowMs = useNowMs(30_000);
  const [choice, choose] = useUrlChoice(INBOX_CHOICES);
  const filter = inboxFilter(choice);
  const { page } = filter;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [currentId, setCurrentId] = useState<string | null>(null);
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking | null>(null);
  const [outcome, setOutcome] = useState<BulkOutcome | null>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const helpButton = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const refetchInterval = useFallbackInterval();

  const { data, total, error, refetch } = useGetList<Alarm>(
    "alarms",
    { pagination: { page, perPage: PER_PAGE }, ...inboxQuery(filter, site.id) },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  const alarms = data ?? [];
  const here = alarms.filter(({ id }) => selected.has(id)).map(({ id }) => id);
  const mayAcknowledge = may("alarms.acknowledge");
  const mayShelve = may("alarms.shelve");

  const acts = useAlarmActs((answer) => {
    setOutcome({ ...answer, names: namesOf(alarms, t) });
    setSelected(new Set(answer.failed.map(({ id }) => id)));
  });

  const chooseAndRestart = useCallback(
    (next: Partial<InboxChoice>) => {
      choose({ page: "", ...next });
      setSelected(new Set());
      setCurrentId(null);
    },
    [choose],
  );
  // The last alarm of the last page went away: the page before has become the last.
  const lastPage = Math.max(1, Math.ceil((total ?? 0) / PER_PAGE));
  useEffect(() => {
    if (total !== undefined && page > lastPage) choose({ page: lastPage > 1 ? String(lastPage) : "" });
  }, [total, page, lastPage, choose]);

  const select = (ids: readonly string[], isSelected: boolean) =>
    setSelected((before) => {
      const after = new Set(before);
      for (const id of ids) {
        if (isSelected) after.add(id);
        else after.delete(id);
      }
      return after;
    });
  const toggleOpen = (id: string) =>
    setOpenIds((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  const ask = (act: Asking["act"], ids: string[]) => setAsking({ act, ids });
  const focusRow = (id: string) =>
    list.current?.querySelector<HTMLElement>(`[data-alarm="${CSS.escape(id)}"]`)?.focus();

  useInboxKeys(asking === null && !isHelpOpen, (act) => {
    const current = alarms.findIndex(({ id }) => id === currentId);
    const alarm = alarms[current];
    switch (act) {
      case "next":
      case "previous": {
        const next = alarms[movedTo(act, current, alarms.length)];
        if (next) focusRow(next.id);
        return;
      }
      case "help":
        setHelpOpen(true);
        return;
      case "select":
        if (alarm) select([alarm.id], !selected.has(alarm.id));
        return;
      case "details":
        if (alarm) toggleOpen(alarm.id);
        return;
      case "acknowledge":
        if (!mayAcknowledge) return;
        if (here.length > 0) ask("acknowledge", here);
        else if (alarm && canAcknowledge(alarm)) ask("acknowledge", [alarm.id]);
        return;
      case "shelve":
        if (!mayShelve) return;
        if (here.length > 0) ask("shelve", here);
        else if (alarm && canShelve(alarm)) ask("shelve", [alarm.id]);
        return;
    }
  });

  return (
    <>
      <PageTitle title={t("alarms.title")} />
      <InboxFilterBar filter={filter} total={data && total} onChoose={chooseAndRestart} />
      {outcome !== null && <BulkOutcomeAlert outcome={outcome} onClose={() => setOutcome(null)} />}
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      <Paper variant="outlined" sx={{ overflow: "hidden" }}>
        {data === undefined && !error && (
          <Box sx={{ p: 2 }}>
            <Waiting rows={6} />
          </Box>
        )}
        {data !== undefined && alarms.length === 0 && (
          <NoAlarms filter={filter} onChoose={chooseAndRestart} />
        )}
        {alarms.length > 0 && (
          <>
            <Box
              sx={{
                ...{ display: "flex", alignItems: "center", gap: 1, flexWrap: "wrap", minHeight: 52 },
                px: { xs: 0.5, sm: 1.5 },
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
              {mayAcknowledge && here.length > 0 && (
                <Button size="small" variant="outlined" onClick={() => ask("acknowledge", here)}>
                  {t("alarms.acknowledge")}
                </Button>
              )}
              {mayShelve && here.length > 0 && (
                <Button size="small" variant="outlined" onClick={() => ask("shelve", here)}>
                  {t("alarms.shelve")}
                </Button>
              )}
              {mayShelve && here.length > 0 && filter.state === "shelved" && (
                <Button size="small" variant="outlined" onClick={() => void acts.unshelve(here)}>
                  {t("alarms.unshelve")}
                </Button>
              )}
              <Box sx={{ flex: 1 }} />
              <KeyHelp
                button={helpButton}
                isOpen={isHelpOpen}
                onOpen={() => setHelpOpen(true)}
                onClose={() => setHelpOpen(false)}
              />
            </Box>
            <Box component="ul" ref={list} sx={{ m: 0, p: 0 }} aria-label={t("alarms.title")}>
              {alarms.map((alarm, index) => {
                const ids = [alarm.id];
                return (
                  <AlarmRow
                    key={alarm.id}
                    alarm={alarm}
                    nowMs={nowMs}
                    isCurrent={currentId === null ? index === 0 : alarm.id === currentId}
                    onCurrent={() => setCurrentId(alarm.id)}
                    isOpen={openIds.has(alarm.id)}
                    onToggle={() => toggleOpen(alarm.id)}
                    isSelected={selected.has(alarm.id)}
                    onSelect={(isSelected) => select(ids, isSelected)}
                    onAcknowledge={
                      mayAcknowledge && canAcknowledge(alarm) ? () => ask("acknowledge", ids) : undefined
                    }
                    onShelve={mayShelve && canShelve(alarm) ? () => ask("shelve", ids) : undefined}
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
      <Box sx={{ mt: 1 }}>
        <Pages
          page={page}
          perPage={PER_PAGE}
          total={total ?? 0}
          onPage={(next) => choose({ page: next > 1 ? String(next) : "" })}
          label={t("alarms.title")}
        />
      </Box>
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

function NoAlarms({
  filter,
  onChoose,
}: {
  filter: ReturnType<typeof inboxFilter>;
  onChoose: (next: Partial<InboxChoice>) => void;
}) {
  const t = useT();
  if (isNarrowed(filter))
    return (
      <EmptyState
        title={t("alarms.emptyFiltered")}
        help={t("alarms.emptyFilteredHelp")}
        action={
          <Button variant="outlined" onClick={() => onChoose({ severity: "", kind: "", q: "" })}>
            {t("alarms.clearFilters")}
          </Button>
        }
      />
    );
  return (
    <EmptyState
      title={t(filter.state === "open" ? "alarms.emptyOpen" : "alarms.empty")}
      help={t("alarms.emptyHelp")}
    />
  );
}
