import { Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { useNowMs } from "./use-now.ts";

/** A figure older than this is called out of date: a circuit is read every few seconds, an idle one every minute. */
export const OLD_AFTER_MS = 5 * 60_000;

/** When the figure beside it was true. */
export function AsOf({ at }: { at: string | null | undefined }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(15_000);
  if (at == null)
    return (
      <Typography component="span" variant="caption" color="textSecondary">
        {t("common.never")}
      </Typography>
    );
  const isOld = nowMs - Date.parse(at) > OLD_AFTER_MS;
  return (
    <Typography
      component="time"
      variant="caption"
      color={isOld ? "warning" : "textSecondary"}
      dateTime={at}
      sx={{ fontVariantNumeric: "tabular-nums" }}
    >
      {t(isOld ? "common.asOfOld" : "common.asOf", { time: format.moment(at, nowMs) })}
    </Typography>
  );
}
