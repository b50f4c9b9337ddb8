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
      sx={{
        m: 0,
        p: 0,
        listStyle: "none",
        display: "flex",
        flexDirection: { xs: "column", sm: "row" },
        flexWrap: { sm: "wrap" },
        rowGap: { xs: 0, sm: 1 },
      }}
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
                flexDirection: { xs: "column", sm: "row" },
                alignItems: "center",
                gridRow: { xs: "1 / span 2", sm: "auto" },
                pt: { xs: 0.375, sm: 0 },
                width: "100%",
                height: { xs: "100%", sm: "auto" },
                "&::after": {
                  content: '""',
                  flex: 1,
                  borderStyle: "solid",
                  borderWidth: 0,
                  borderTopWidth: { sm: 2 },
                  borderLeftWidth: { xs: 2, sm: 0 },
                  borderColor: index === versions.length - 1 ? "transparent" : "divider",
                },
              }}
            >
              <Box
                sx={{
                  flexShrink: 0,
                  width: 14,
                  height: 14,
                  borderRadius: "50%",
                  border: 2,
                  ...DOT[state],
                }}
              />
            </Box>
            <Typography component="span" variant="body2" sx={{ fontWeight: isShown ? 700 : 500 }}>
              {t("tariffs.versionNumber", { number })} · {t(`tariffs.state.${state}`)}
            </Typography>
            <Typography
              component="span"
              variant="caption"
              color="textSecondary"
              sx={{ pb: { xs: 1.5, sm: 0 } }}
            >
              {t("tariffs.since", { time: `${format.date(effectiveFrom)} ${format.time(effectiveFrom)}` })}
            </Typography>
          </>
        );
        const place = {
          display: "grid",
          gridTemplateColumns: { xs: "14px minmax(0, 1fr)", sm: "minmax(0, 1fr)" },
          justifyItems: "start",
          columnGap: 1.25,
          rowGap: { xs: 0, sm: 0.25 },
          pr: 2,
        };
        return (
          <Box component="li" key={number} sx={{ minWidth: 196, flex: { sm: "0 1 240px" } }}>
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
