import { Box, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { RefundRow } from "../refunds/refund-row.tsx";
import { useStagedRefunds } from "../refunds/use-staged-refunds.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";

const MOST_SHOWN = 5;

/** Refunds that wait for approval, those that wait for this person first. */
export function WaitingRefunds() {
  const t = useT();
  const { rows, error, refetch } = useStagedRefunds(["proposed"], 1, MOST_SHOWN);
  return (
    <Section
      title={t("home.refunds")}
      aside={<TextLink to="/refunds">{t("home.allRefunds")}</TextLink>}
      flush
    >
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {rows === undefined && !error && (
        <Box sx={{ px: 2, pb: 2 }}>
          <Waiting rows={3} />
        </Box>
      )}
      {rows?.length === 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 2 }}>
          {t("home.noRefunds")}
        </Typography>
      )}
      {rows !== undefined && rows.length > 0 && (
        <Box
          component="ul"
          aria-label={t("home.refunds")}
          sx={{ m: 0, p: 0, borderTop: 1, borderColor: "divider" }}
        >
          {rows.map((row) => (
            <RefundRow key={row.refund.id} {...row} />
          ))}
        </Box>
      )}
    </Section>
  );
}
