import { Alert, Box, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { notesOf, previewGroups } from "./preview-groups.ts";
import type { RuleChangePreview } from "./rows.ts";
import { useRuleText } from "./use-rule-text.ts";

const MOST_NAMES = 12;

/** Which circuits change what: old rule, new rule, and what to know before. */
export function ChangePreview({ preview: { circuits } }: { preview: RuleChangePreview }) {
  const t = useT();
  const ruleText = useRuleText();
  const groups = previewGroups(circuits);
  const changing = groups.reduce((sum, { names }) => sum + names.length, 0);
  const same = circuits.length - changing;
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="body2" role="status">
        <strong>{t("rules.willChange", { smart_count: changing })}</strong>
        {same > 0 && ` · ${t("rules.alreadySo", { smart_count: same })}`}
      </Typography>
      {notesOf(circuits).map(({ note, count }) => (
        <Alert key={note} severity="warning">
          {t(`rules.notes.${note}`, { smart_count: count })}
        </Alert>
      ))}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.5 }}>
        {groups.map(({ changed, before, after, names }) => (
          <Box component="li" key={names[0]} sx={{ borderLeft: 3, borderColor: "primary.main", pl: 1.5 }}>
            <Typography variant="body2" sx={{ fontWeight: 650 }}>
              {names.slice(0, MOST_NAMES).join(", ")}
              {names.length > MOST_NAMES && ` ${t("rules.more", { smart_count: names.length - MOST_NAMES })}`}
            </Typography>
            {changed.map((kind) => (
              <Box key={kind} sx={{ mt: 0.5 }}>
                <Typography variant="caption" color="textSecondary">
                  {t(`rules.kind.${kind}`)}
                </Typography>
                <Typography variant="body2" component="del" color="textSecondary" sx={{ display: "block" }}>
                  {ruleText(before, kind) ?? t("rules.gone")}
                </Typography>
                <Typography variant="body2" component="ins" sx={{ display: "block", textDecoration: "none" }}>
                  {ruleText(after, kind) ?? t("rules.gone")}
                </Typography>
              </Box>
            ))}
          </Box>
        ))}
      </Box>
    </Box>
  );
}
