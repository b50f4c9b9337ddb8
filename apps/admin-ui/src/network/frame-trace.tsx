import type { TracedFrame } from "@hallmeter/meter-model";
import { frameText, registerText } from "@hallmeter/meter-model/trace-text";
import PauseIcon from "@mui/icons-material/Pause";
import PlayIcon from "@mui/icons-material/PlayArrow";
import { Box, Button, FormControlLabel, Switch, Typography } from "@mui/material";
import { useState } from "react";
import { useRow } from "../data/use-row.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { stateVar } from "../theme/state-colors.ts";
import type { BusFramesRow } from "./rows.ts";
import { useBusWatch } from "./use-bus-watch.ts";

const MOST_SHOWN = 120;
const ARROWS = { sent: "→", received: "←", dropped: "×" } as const;

function FrameLine({ frame, withBytes }: { frame: TracedFrame; withBytes: boolean }) {
  const t = useT();
  const format = useFormat();
  const locale = useConsoleLocale();
  const { at, direction, unitId, text, values, hex } = frame;
  return (
    <Box
      component="li"
      sx={{
        display: "grid",
        gridTemplateColumns: { xs: "auto 24px 1fr", sm: "84px 24px 44px minmax(0, 1fr)" },
        columnGap: 1,
        px: 1,
        py: 0.375,
        fontSize: "0.8125rem",
        fontVariantNumeric: "tabular-nums",
        borderLeft: 3,
        borderColor:
          direction === "dropped"
            ? stateVar("alarm", "edge")
            : direction === "sent"
              ? "divider"
              : stateVar("on", "edge"),
        backgroundColor: direction === "sent" ? "transparent" : "action.hover",
      }}
    >
      <Box component="time" dateTime={at} sx={{ color: "text.secondary" }}>
        {format.clock(at)}
      </Box>
      <Box
        component="span"
        role="img"
        aria-label={t(`network.direction.${direction}`)}
        sx={{ fontWeight: 700 }}
      >
        {ARROWS[direction]}
      </Box>
      <Box component="span" sx={{ fontWeight: 600 }}>
        {unitId ?? "—"}
      </Box>
      <Box sx={{ minWidth: 0, gridColumn: { xs: "1 / -1", sm: "auto" }, overflowWrap: "anywhere" }}>
        {values.length > 0
          ? values.map(({ name, text: value }) => `${registerText(name, locale)} ${value}`).join(" · ")
          : frameText(text, locale)}
        {withBytes && (
          <Box component="code" sx={{ display: "block", color: "text.secondary", fontSize: "0.75rem" }}>
            {hex.replace(/../g, "$& ").trim()}
          </Box>
        )}
      </Box>
    </Box>
  );
}

/** The last frames on the line, decoded, the newest first; still while somebody reads. */
export function FrameTrace({ busId, name }: { busId: string; name: string }) {
  const t = useT();
  const [paused, setPaused] = useState<TracedFrame[] | null>(null);
  const [withBytes, setWithBytes] = useState(false);
  useBusWatch(busId, { withFrames: true });
  const { data, error, refetch } = useRow<BusFramesRow>("bus-frames", busId);
  const frames = paused ?? data?.frames ?? [];
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
        <Button
          size="small"
          variant="outlined"
          startIcon={paused === null ? <PauseIcon /> : <PlayIcon />}
          onClick={() => setPaused(paused === null ? (data?.frames ?? []) : null)}
        >
          {t(paused === null ? "network.pause" : "network.goOn")}
        </Button>
        <FormControlLabel
          control={<Switch size="small" checked={withBytes} onChange={(_event, on) => setWithBytes(on)} />}
          label={t("network.showBytes")}
          slotProps={{ typography: { variant: "body2" } }}
        />
        <Box sx={{ ml: "auto" }}>{data && <AsOf at={data.at} />}</Box>
      </Box>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={6} />}
      {data !== undefined && frames.length === 0 && (
        <EmptyState dense title={t("network.noFrames")} help={t("network.noFramesHelp")} />
      )}
      {frames.length > 0 && (
        <Box
          component="ul"
          tabIndex={0}
          aria-label={t("network.traceOf", { bus: name })}
          sx={{
            m: 0,
            p: 0,
            listStyle: "none",
            display: "grid",
            gap: "1px",
            maxHeight: 560,
            overflow: "auto",
          }}
        >
          {frames
            .slice(-MOST_SHOWN)
            .reverse()
            .map((frame) => (
              <FrameLine key={frame.number} frame={frame} withBytes={withBytes} />
            ))}
        </Box>
      )}
      <Typography variant="caption" color="textSecondary">
        {t("network.traceHelp")}
      </Typography>
    </Box>
  );
}
