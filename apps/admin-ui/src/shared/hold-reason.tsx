import { Box, Typography } from "@mui/material";
import type { ReactNode } from "react";
import type { WhyHold } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { stateVar } from "../theme/state-colors.ts";
import { describeHold } from "./describe-hold.ts";
import { useNowMs } from "./use-now.ts";

/** One reason why the power is off: what, since when, the numbers, and who or what releases it. */
export function HoldReason({
  hold,
  releaseMinor,
  action,
}: {
  hold: WhyHold;
  releaseMinor?: number;
  action?: ReactNode;
}) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(30_000);
  const told = describeHold(hold, t, format, { nowMs, ...(releaseMinor !== undefined && { releaseMinor }) });
  return (
    <Box
      component="li"
      sx={{
        listStyle: "none",
        borderLeft: 4,
        borderColor: stateVar(hold.suspended ? "vacant" : "off", "edge"),
        pl: 1.5,
        py: 0.5,
      }}
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, alignItems: "baseline" }}>
        <Typography component="h3" variant="body1" sx={{ fontWeight: 650 }}>
          {told.title}
        </Typography>
        <Typography component="span" variant="caption" color="textSecondary">
          {t("common.since", { time: format.moment(hold.since, nowMs) })}
        </Typography>
        {hold.suspended && (
          <Typography component="span" variant="caption" color="textSecondary">
            · {t("circuit.suspended")}
          </Typography>
        )}
      </Box>
      <Typography variant="body2">{told.sentence}</Typography>
      {told.figures.length > 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {told.figures.join(" · ")}
        </Typography>
      )}
      <Typography variant="body2" sx={{ mt: 0.25 }}>
        <Box component="span" sx={{ color: "text.secondary" }}>
          {t("hold.releasedBy")}
        </Box>{" "}
        {told.release}
      </Typography>
      {action !== undefined && <Box sx={{ mt: 0.75 }}>{action}</Box>}
    </Box>
  );
}

/** Holds in rank order, as the API lists them. */
export const HoldList = ({ children }: { children: ReactNode }) => (
  <Box component="ul" sx={{ m: 0, p: 0, display: "grid", gap: 1.5 }}>
    {children}
  </Box>
);
