import { Box, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { JobBar } from "../shared/job-progress/job-bar.tsx";
import type { Job } from "../shared/job-progress/job-rows.ts";
import { Chip } from "../shared/state-chip.tsx";
import { refundPath, TextLink } from "../shared/text-link.tsx";
import { type RefundStage, STAGES } from "./refund-stage.ts";
import type { Refund } from "./rows.ts";

export const StageChip = ({ stage }: { stage: RefundStage }) => (
  <Chip color={STAGES[stage].color}>{useT()(`refunds.stage.${stage}`)}</Chip>
);

/** One refund of a list: what for, who asked, how much, and how it stands. */
export function RefundRow({
  refund,
  stage,
  job,
}: {
  refund: Refund;
  stage: RefundStage;
  job: Job | undefined;
}) {
  const t = useT();
  const format = useFormat();
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
        py: 1.25,
        gridTemplateColumns: {
          xs: "minmax(0, 1fr) auto",
          md: "minmax(0, 1fr) 120px minmax(160px, max-content)",
        },
        "& + &": { borderTop: 1, borderColor: "divider" },
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <TextLink to={refundPath(refund.id)}>{refund.reason}</TextLink>
        <Typography variant="caption" color="textSecondary" component="div">
          {t("refunds.count", { smart_count: refund.householdIds.length })}
          {" · "}
          {t("refunds.by", { name: refund.proposedBy.name, time: format.dateTime(refund.proposedAt) })}
        </Typography>
      </Box>
      <Typography variant="body1" sx={{ textAlign: "right", fontWeight: 650 }}>
        <Money amountMinor={refund.totalMinor} />
      </Typography>
      <Box
        sx={{
          gridColumn: { xs: "1 / -1", md: "auto" },
          display: "grid",
          gap: 0.75,
          justifyItems: { xs: "start", md: "end" },
        }}
      >
        <StageChip stage={stage} />
        {job !== undefined && stage !== "settled" && (
          <Box sx={{ width: "100%" }}>
            <JobBar job={job} label={refund.reason} height={6} />
          </Box>
        )}
      </Box>
    </Box>
  );
}
