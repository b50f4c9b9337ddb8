import { Box, ButtonBase, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { useNowMs } from "../shared/use-now.ts";
import type { Tariff } from "./rows.ts";
import { type VersionState, versionStates } from "./version-state.ts";

const DOT: Record<VersionState, object> = {
  past: { backgroundColor: "background.paper", borderColor: "text.secondary" },
  "in-force": { backgroundColor: "primary.main", borderColor: "primary.main" },
  coming: { backgroundColor: "background.paper", borderColor: "primary.main", borderStyle: "dashed" },
};

/** A tariff's versions along time; one of them is looked at. */
export function VersionTimeline({
  versions,
  shown,
  onShow,
}: Pick<Tariff, "versions"> & { shown: number; onShow?: (number: number) => void }) {
  const t = useT();
  const format = useFormat();
  const states = versionStates(versions, useNowMs(60_000));
  return (
    <Box
      component="ol"
      aria-label={t("tariffs.versions")}
      sx={{ m: 0, p: 0, listStyle: "none", display: "flex", flexWrap: "wrap", rowGap: 1 }}
    >
      {versions.map(({ number, effectiveFrom }, index) => {
        const state = states[index] ?? "past";
        const isShown = number === shown;
        const content = (
          <>
            <Box
              aria-hidden
              sx={{
                display: "flex",
                alignItems: "center",
                width: "100%",
                "&::after": {
                  content: '""',
                  flex: 1,
                  borderTop: 2,
                  borderColor: index === versions.length - 1 ? "transparent" : "divider",
                },
              }}
            >
              <Box sx={{ width: 14, height: 14, borderRadius: "50%", border: 2, ...DOT[state] }} />
            </Box>
            <Typography component="span" variant="body2" sx={{ fontWeight: isShown ? 700 : 500 }}>
              {t("tariffs.versionNumber", { number })} · {t(`tariffs.state.${state}`)}
            </Typography>
            <Typography component="span" variant="caption" color="textSecondary">
              {t("tariffs.since", { time: `${format.date(effectiveFrom)} ${format.time(effectiveFrom)}` })}
            </Typography>
          </>
        );
        const place = {
          alignItems: "flex-start",
          display: "flex",
          flexDirection: "column",
          gap: 0.25,
          pr: 2,
        };
        return (
          <Box component="li" key={number} sx={{ minWidth: 196, flex: "0 1 240px" }}>
            {onShow === undefined ? (
              <Box sx={place}>{content}</Box>
            ) : (
              <ButtonBase
                aria-pressed={isShown}
                onClick={() => onShow(number)}
                sx={{
                  ...place,
                  width: "100%",
                  textAlign: "left",
                  fontFamily: "inherit",
                  borderRadius: 1,
                  "&:focus-visible": { outline: 2, outlineOffset: 2, outlineColor: "primary.main" },
                }}
              >
                {content}
              </ButtonBase>
            )}
          </Box>
        );
      })}
    </Box>
  );
}
