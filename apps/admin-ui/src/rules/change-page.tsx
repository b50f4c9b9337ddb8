import { circuitRulesSchema } from "@hallmeter/meter-model";
import { Alert, Box, Button, MenuItem, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import { useLocation, useNavigate } from "react-router-dom";
import { newIdempotencyKey } from "../api/request.ts";
import type { Building } from "../api/rows.ts";
import { Guarded } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section, STAYS_IN_SIGHT } from "../shared/section.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { useUndo } from "../shared/use-undo.ts";
import { ChangeForm } from "./change-form.tsx";
import { ChangePreview } from "./change-preview.tsx";
import type { RuleChangeOutcome, RuleChangePreview, RuleChanges } from "./rows.ts";
import { RULES_PATH } from "./rule-paths.ts";

/** Whose rules change: everything, a building, or circuits that another page has chosen. */
export interface ChangeStart {
  changes?: RuleChanges;
  circuitIds?: string[];
}

const WHOLE = "whole";
const CHOSEN = "chosen";

function startOf(state: unknown): ChangeStart {
  return typeof state === "object" && state !== null ? (state as ChangeStart) : {};
}

/** The first field that does not fit, as the schema names it. */
function mistakeIn(changes: RuleChanges): string | null {
  const set = Object.fromEntries(Object.entries(changes).filter(([, rule]) => rule !== null));
  const issue = circuitRulesSchema.safeParse(set).error?.issues[0];
  return issue === undefined ? null : `${issue.path.join(".")}: ${issue.message}`;
}

function RuleChangeView() {
  const t = useT();
  const site = useSite();
  const notify = useNotify();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { keyFor, settle } = useKeyedAct();
  const start = startOf(useLocation().state);
  const { state: changes, change, undo, redo } = useUndo<RuleChanges>(() => start.changes ?? {});
  const [place, setPlace] = useState(start.circuitIds === undefined ? WHOLE : CHOSEN);
  const [shown, setShown] = useState<{ preview: RuleChangePreview; asked: string } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isLoading, setLoading] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const { data: buildings = [] } = useGetList<Building>("buildings", {
    pagination: { page: 1, perPage: 200 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  const body = {
    siteId: site.id,
    changes,
    ...(place === CHOSEN && { circuitIds: start.circuitIds }),
    ...(place !== CHOSEN && place !== WHOLE && { buildingId: place }),
  };
  const asked = JSON.stringify(body);
  const isNothing = Object.keys(changes).length === 0;
  const mistake = mistakeIn(changes);
  const isStale = shown !== null && shown.asked !== asked;
  const count = shown?.preview.circuits.filter(({ changed }) => changed.length > 0).length ?? 0;

  async function look(): Promise<void> {
    setProblem(null);
    setLoading(true);
    try {
      const path = "/rule-changes/preview";
      const preview = await dataProvider.act<RuleChangePreview>(path, body, newIdempotencyKey());
      setShown({ preview, asked });
    } catch (error) {
      setProblem(error);
    } finally {
      setLoading(false);
    }
  }

  async function apply(reason: string): Promise<void> {
    const wanted = { ...body, reason, fingerprint: shown?.preview.fingerprint };
    const { done, failed } = await dataProvider.act<RuleChangeOutcome>(
      "/rule-changes",
      wanted,
      keyFor(wanted),
    );
    settle();
    if (failed.length === 0) notify(t("rules.applied", { smart_count: done.length }), { type: "success" });
    else notify(t("rules.partly", { done: done.length, failed: failed.length }), { type: "warning" });
    refresh();
    navigate(`${RULES_PATH}?part=changes`);
  }

  return (
    <>
      <PageTitle title={t("rules.changing")} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 420px" },
        }}
      >
        <ChangeForm changes={changes} onChange={(next) => change(() => next)} undo={undo} redo={redo} />
        <Box sx={{ display: "grid", gap: 2, minWidth: 0, ...STAYS_IN_SIGHT }}>
          <Section title={t("rules.where")}>
            <Box sx={{ display: "grid", gap: 1.5 }}>
              <TextField
                select
                size="small"
                label={t("rules.where")}
                value={place}
                onChange={(event) => setPlace(event.target.value)}
              >
                <MenuItem value={WHOLE}>{t("rules.whole")}</MenuItem>
                {buildings.map(({ id, name }) => (
                  <MenuItem key={id} value={id}>
                    {name}
                  </MenuItem>
                ))}
                {start.circuitIds !== undefined && (
                  <MenuItem value={CHOSEN}>
                    {t("rules.chosen")} · {t("rules.circuits", { smart_count: start.circuitIds.length })}
                  </MenuItem>
                )}
              </TextField>
              {isNothing && (
                <Typography variant="body2" color="textSecondary">
                  {t("rules.nothing")}
                </Typography>
              )}
              {mistake !== null && <Alert severity="warning">{t("rules.invalid", { field: mistake })}</Alert>}
              {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
              <Button
                variant={shown === null || isStale ? "contained" : "outlined"}
                disabled={isNothing || mistake !== null}
                loading={isLoading}
                onClick={() => void look()}
              >
                {t("rules.preview")}
              </Button>
            </Box>
          </Section>
          {shown !== null && (
            <Section title={t("rules.previewOf")}>
              <Box sx={{ display: "grid", gap: 1.5 }}>
                {isStale && <Alert severity="info">{t("rules.previewStale")}</Alert>}
                <ChangePreview preview={shown.preview} />
                <Button
                  variant="contained"
                  disabled={isStale || count === 0}
                  onClick={() => setAsking(true)}
                  sx={{ display: isStale ? "none" : undefined }}
                >
                  {t("rules.apply")}
                </Button>
              </Box>
            </Section>
          )}
        </Box>
      </Box>
      {isAsking && (
        <ConfirmWithReason
          title={t("rules.applyTitle", { smart_count: count })}
          help={t("rules.applyHelp")}
          confirmLabel={t("rules.apply")}
          onConfirm={apply}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

export default function RuleChangePage() {
  return (
    <Guarded right="rules.change">
      <RuleChangeView />
    </Guarded>
  );
}
