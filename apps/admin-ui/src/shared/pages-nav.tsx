import PreviousIcon from "@mui/icons-material/ChevronLeft";
import NextIcon from "@mui/icons-material/ChevronRight";
import { Box, IconButton, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";

/** From page to page of a list that the server cuts; nothing where one page holds all. */
export function Pages({
  page,
  perPage,
  total,
  onPage,
  label,
}: {
  page: number;
  perPage: number;
  total: number;
  onPage: (page: number) => void;
  /** What is paged through. */
  label: string;
}) {
  const t = useT();
  const last = Math.ceil(total / perPage);
  if (last <= 1) return null;
  return (
    <Box
      component="nav"
      aria-label={t("jobs.pages", { of: label })}
      sx={{ display: "flex", alignItems: "center", justifyContent: "flex-end", gap: 1 }}
    >
      <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {t("jobs.pageOf", { from: (page - 1) * perPage + 1, to: Math.min(page * perPage, total), total })}
      </Typography>
      <IconButton
        size="small"
        aria-label={t("jobs.previous")}
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
      >
        <PreviousIcon />
      </IconButton>
      <IconButton
        size="small"
        aria-label={t("jobs.next")}
        disabled={page >= last}
        onClick={() => onPage(page + 1)}
      >
        <NextIcon />
      </IconButton>
    </Box>
  );
}
