import { Alert, Box, Button, Paper, Typography } from "@mui/material";
import { useState } from "react";
import { useGetIdentity, useGetList } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { DocumentButton } from "../shared/document-button.tsx";
import { Money } from "../shared/figures.tsx";
import type { Till, TillShift } from "./rows.ts";
import { CloseTillDialog, MoveCashDialog, OpenTillDialog } from "./till-dialogs.tsx";

const MOST_TILLS = 50;

type Dialog = "open" | "move" | "close";

/** This person's till: open, with what should be in it, or to be opened. Nothing where the site sells without tills. */
export function TillBar() {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const { data: me } = useGetIdentity();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { data: tills } = useGetList<Till>("tills", {
    pagination: { page: 1, perPage: MOST_TILLS },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id, isRetired: false },
  });
  const { data: shifts } = useGetList<TillShift>(
    "till-shifts",
    {
      pagination: { page: 1, perPage: 1 },
      sort: { field: "openedAt", order: "DESC" },
      filter: { siteId: site.id, personId: me?.id },
    },
    { enabled: me !== undefined },
  );
  if (tills === undefined || shifts === undefined || tills.length === 0) return null;
  const [last] = shifts;
  const shift = last?.state === "closed" ? undefined : last;
  const tillName = (id: string) => tills.find((till) => till.id === id)?.name ?? "";
  const close = () => setDialog(null);
  return (
    <Paper
      variant="outlined"
      sx={{ px: 2, py: 1.25, mb: 2 }}
      component="section"
      aria-label={t("tills.title")}
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
        {shift === undefined ? (
          <>
            <Typography variant="body2" sx={{ flex: 1, minWidth: 180 }}>
              {last?.difference
                ? t("tills.lastClosed", {
                    till: tillName(last.tillId),
                    time: format.dateTime(last.closedAt ?? last.openedAt),
                    difference: format.signedMoney(last.difference.cash),
                  })
                : t("tills.none")}
            </Typography>
            {last !== undefined && (
              <DocumentButton
                path={`/till-shifts/${encodeURIComponent(last.id)}/report.pdf`}
                label={t("tills.report")}
              />
            )}
            <Button variant="outlined" size="small" onClick={() => setDialog("open")}>
              {t("tills.open")}
            </Button>
          </>
        ) : (
          <>
            <Box sx={{ flex: 1, minWidth: 180 }}>
              <Typography variant="body2" sx={{ fontWeight: 650 }}>
                {t("tills.isOpen", { till: tillName(shift.tillId), time: format.dateTime(shift.openedAt) })}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                {t("tills.inDrawer")} <Money amountMinor={shift.expected.cash} />
              </Typography>
            </Box>
            <DocumentButton
              path={`/till-shifts/${encodeURIComponent(shift.id)}/report.pdf`}
              label={t("tills.report")}
            />
            <Button size="small" onClick={() => setDialog("move")} disabled={shift.state !== "open"}>
              {t("tills.move")}
            </Button>
            <Button
              variant="outlined"
              size="small"
              onClick={() => setDialog("close")}
              disabled={shift.state !== "open"}
            >
              {t("tills.close")}
            </Button>
          </>
        )}
      </Box>
      {shift?.state === "closing" && <Alert severity="info">{t("tills.closing")}</Alert>}
      {dialog === "open" && <OpenTillDialog tills={tills} onClose={close} />}
      {dialog === "move" && shift && <MoveCashDialog shift={shift} onClose={close} />}
      {dialog === "close" && shift && <CloseTillDialog shift={shift} onClose={close} />}
    </Paper>
  );
}
