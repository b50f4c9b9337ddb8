import { Box, Tooltip } from "@mui/material";
import type { LiveState } from "../api/live-stream.ts";
import { useT } from "../i18n/use-t.ts";
import { type StateColor, stateVar } from "../theme/state-colors.ts";
import { useLiveState } from "./live-context.tsx";

const COLORS = { connecting: "switching", live: "on", lost: "alarm" } as const satisfies Record<
  LiveState,
  StateColor
>;

/** Says whether what is shown follows the server; a loss is announced to screen readers too. */
export function LiveIndicator() {
  const t = useT();
  const state = useLiveState();
  const color = COLORS[state];
  const isLost = state === "lost";
  return (
    <Tooltip title={t(`app.liveHelp.${state}`)}>
      <Box
        role="status"
        sx={{
          display: "inline-flex",
          alignItems: "center",
          gap: 0.75,
          px: 1,
          minHeight: 28,
          borderRadius: 4,
          fontSize: "0.8125rem",
          whiteSpace: "nowrap",
          ...(isLost && {
            backgroundColor: stateVar("alarm", "ground"),
            color: stateVar("alarm", "text"),
            fontWeight: 650,
          }),
        }}
      >
        <Box
          component="span"
          aria-hidden
          sx={{ width: 8, height: 8, borderRadius: "50%", backgroundColor: stateVar(color, "edge") }}
        />
        {t(`app.live.${state}`)}
      </Box>
    </Tooltip>
  );
}
