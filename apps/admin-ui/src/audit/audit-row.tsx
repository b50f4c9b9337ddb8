import { Box, Button, Chip as MuiChip, Typography } from "@mui/material";
import { useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { actionName, fieldName, resourceName, valueWord } from "./audit-names.ts";
import { type Difference, differencesOf, readable, valueKind, wordsOf } from "./differences.ts";
import type { AuditEntry } from "./rows.ts";

/** Most changes are smaller; the others open. */
const SHOWN_AT_FIRST = 4;
/** Enough of a hash to compare two by eye; the whole stands in the title. */
const HASH_SHOWN = 8;

function Value({ path, value }: { path: string; value: unknown }) {
  const t = useT();
  const format = useFormat();
  switch (valueKind(path, value)) {
    case "nothing":
      return <span>—</span>;
    case "yes-no":
      return <span>{t(value === true ? "common.yes" : "common.no")}</span>;
    case "money":
      return <span>{format.money(value as number)}</span>;
    case "energy":
      return <span>{format.energy(value as number)}</span>;
    case "instant":
      return <span>{format.dateTime(value as string)}</span>;
    case "list":
      return <span>{t("audit.listOf", { smart_count: (value as unknown[]).length })}</span>;
    case "text":
      return (
        <span>
          {wordsOf(value)
            .map((word) => valueWord(path, word, t))
            .join(", ")}
        </span>
      );
  }
}

/** Old struck out, new beside it: told by line and by place, not by colour alone. */
function DifferenceLine({ difference: { path, from, to } }: { difference: Difference }) {
  const t = useT();
  return (
    <Box
      component="li"
      sx={{
        ...{ listStyle: "none", display: "grid", columnGap: 2, py: 0.25 },
        gridTemplateColumns: { xs: "1fr", sm: "minmax(120px, 220px) minmax(0, 1fr)" },
        "& del, & ins": {
          ...{ px: 0.5, borderRadius: 0.5, overflowWrap: "anywhere", fontVariantNumeric: "tabular-nums" },
        },
        "& del": { color: "text.secondary" },
        "& ins": { textDecoration: "none", fontWeight: 600 },
      }}
    >
      <Typography component="span" variant="body2" color="textSecondary">
        {fieldName(path, t)}
      </Typography>
      <Typography component="span" variant="body2">
        {from !== undefined && from !== null && (
          <>
            <del>
              <Value path={path} value={from} />
            </del>
            {" → "}
          </>
        )}
        <ins>
          <Value path={path} value={to} />
        </ins>
      </Typography>
    </Box>
  );
}

/** One change: who, when, what, and what it made of what. */
export function AuditRow({ entry, nowMs }: { entry: AuditEntry; nowMs: number }) {
  const t = useT();
  const format = useFormat();
  const [isWhole, setWhole] = useState(false);
  const differences = readable(differencesOf(entry.before, entry.after));
  const shown = isWhole ? differences : differences.slice(0, SHOWN_AT_FIRST);
  const label = (entry.after?.name ?? entry.before?.name) as unknown;
  return (
    <Box
      component="li"
      sx={{
        ...{ listStyle: "none", px: 2, py: 1.5, borderTop: 1, borderColor: "divider" },
        "&:first-of-type": { borderTop: 0 },
      }}
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 0.25, alignItems: "baseline" }}>
        <Typography component="h2" variant="body1" sx={{ fontWeight: 650 }}>
          {resourceName(entry.resource, t)}
          {typeof label === "string" && ` ${label}`}
        </Typography>
        <MuiChip size="small" variant="outlined" label={actionName(entry.action, t)} />
        <Box sx={{ flex: 1 }} />
        <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {format.moment(entry.at, nowMs)}
        </Typography>
      </Box>
      <Typography variant="body2" color="textSecondary">
        {entry.actor.name} · {t(`role.${entry.actor.role}`)}
        {entry.reason !== null && ` · ${t("audit.reason", { reason: entry.reason })}`}
      </Typography>
      {shown.length > 0 && (
        <Box component="ul" sx={{ m: 0, mt: 0.75, p: 0 }}>
          {shown.map((difference) => (
            <DifferenceLine key={difference.path} difference={difference} />
          ))}
        </Box>
      )}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center", mt: 0.5 }}>
        {differences.length > SHOWN_AT_FIRST && (
          <Button size="small" onClick={() => setWhole(!isWhole)} aria-expanded={isWhole}>
            {isWhole ? t("common.close") : t("audit.more", { total: differences.length })}
          </Button>
        )}
        <Typography
          variant="caption"
          color="textSecondary"
          title={entry.hash ?? undefined}
          sx={{ fontVariantNumeric: "tabular-nums" }}
        >
          {entry.seq !== null && `${t("audit.place", { seq: entry.seq })} · `}
          {entry.hash !== null && t("audit.hash", { hash: entry.hash.slice(0, HASH_SHOWN) })}
        </Typography>
      </Box>
    </Box>
  );
}
