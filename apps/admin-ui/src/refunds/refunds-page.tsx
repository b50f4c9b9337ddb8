import AddIcon from "@mui/icons-material/Add";
import { Box, Button, Paper } from "@mui/material";
import { useState } from "react";
import { useStore } from "react-admin";
import { Link } from "react-router-dom";
import { useT } from "../i18n/use-t.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { RefundRow } from "./refund-row.tsx";
import type { RefundState } from "./rows.ts";
import { useStagedRefunds } from "./use-staged-refunds.ts";

const PER_PAGE = 25;

const FILTERS = {
  waiting: ["proposed"],
  approved: ["approved"],
  rejected: ["rejected"],
  all: [],
} as const satisfies Record<string, readonly RefundState[]>;
type RefundFilter = keyof typeof FILTERS;
const FILTER_NAMES = Object.keys(FILTERS) as RefundFilter[];

/** What waits for approval, mine first; then what was decided, with how far its job is. */
export default function RefundsPage() {
  const t = useT();
  const [filter, setFilter] = useStore<RefundFilter>("hallmeter.refunds.filter", "waiting");
  const [page, setPage] = useState(1);
  const { rows, total, error, refetch } = useStagedRefunds(FILTERS[filter], page, PER_PAGE);
  const newRefund = (
    <Button component={Link} to="/refunds/new" variant="contained" startIcon={<AddIcon aria-hidden />}>
      {t("refunds.new")}
    </Button>
  );
  return (
    <>
      <PageTitle title={t("refunds.title")} />
      <Box sx={{ display: "grid", gap: 1.5, maxWidth: 1080 }}>
        <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
          <Box sx={{ flex: 1, minWidth: 240 }}>
            <ToggleChips
              label={t("refunds.filterLabel")}
              options={FILTER_NAMES.map((value) => ({
                value,
                label: t(`refunds.filter.${value}`),
                ...(value === filter && total !== undefined && { count: total }),
              }))}
              value={filter}
              onChange={(value) => {
                setFilter(value);
                setPage(1);
              }}
            />
          </Box>
          {newRefund}
        </Box>
        {error && <LoadFailed error={error} retry={() => void refetch()} />}
        <Paper variant="outlined">
          {rows === undefined && !error && (
            <Box sx={{ p: 2 }}>
              <Waiting rows={5} />
            </Box>
          )}
          {rows?.length === 0 && (
            <EmptyState
              title={t(filter === "waiting" ? "refunds.emptyWaiting" : "refunds.empty")}
              help={t("refunds.emptyHelp")}
            />
          )}
          {rows !== undefined && rows.length > 0 && (
            <Box component="ul" aria-label={t("refunds.title")} sx={{ m: 0, p: 0 }}>
              {rows.map((row) => (
                <RefundRow key={row.refund.id} {...row} />
              ))}
            </Box>
          )}
        </Paper>
        <Pages
          page={page}
          perPage={PER_PAGE}
          total={total ?? 0}
          onPage={setPage}
          label={t("refunds.title")}
        />
      </Box>
    </>
  );
}
