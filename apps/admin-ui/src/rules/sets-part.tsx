import type { CircuitRules } from "@hallmeter/meter-model";
import RemoveIcon from "@mui/icons-material/DeleteOutlined";
import { Box, Button, IconButton, Paper, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList, useGetMany, useNotify, useRefresh } from "react-admin";
import { Link } from "react-router-dom";
import type { Circuit } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { ChangeStart } from "./change-page.tsx";
import type { RuleSets, RuleTemplate } from "./rows.ts";
import { RuleFacts } from "./rule-facts.tsx";
import { RULE_CHANGE_PATH } from "./rule-paths.ts";

const MOST_NAMES = 10;

function CircuitNames({ ids }: { ids: readonly string[] }) {
  const t = useT();
  const { data = [] } = useGetMany<Circuit>("circuits", { ids: ids.slice(0, MOST_NAMES) });
  const names = data.flatMap((circuit) => (circuit === undefined ? [] : [circuit.name]));
  const rest = ids.length - names.length;
  return (
    <Typography variant="body2" color="textSecondary">
      {names.join(", ")}
      {names.length > 0 && rest > 0 && ` ${t("rules.more", { smart_count: rest })}`}
    </Typography>
  );
}

function KeepTemplate({ rules }: { rules: CircuitRules }) {
  const t = useT();
  const site = useSite();
  const notify = useNotify();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [name, setName] = useState<string | null>(null);
  if (name === null)
    return (
      <Button size="small" color="inherit" onClick={() => setName("")}>
        {t("rules.saveTemplate")}
      </Button>
    );
  async function keep(): Promise<void> {
    try {
      await dataProvider.create("policies", { data: { siteId: site.id, name: name?.trim(), rules } });
      notify(t("rules.templateSaved"), { type: "success" });
      setName(null);
      refresh();
    } catch (error) {
      notify(problemText(error), { type: "error" });
    }
  }
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
      <TextField
        size="small"
        autoFocus
        label={t("rules.templateName")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 120 } }}
      />
      <Button size="small" variant="outlined" disabled={name.trim() === ""} onClick={() => void keep()}>
        {t("rules.saveTemplate")}
      </Button>
    </Box>
  );
}

/** Rules as they hold, those that are alike together, and templates to give again. */
export function SetsPart() {
  const t = useT();
  const site = useSite();
  const may = useMay();
  const { data, error, refetch } = useRow<RuleSets>("rule-sets", site.id);
  if (data === undefined)
    return error ? <LoadFailed error={error} retry={() => void refetch()} /> : <Waiting rows={6} />;
  if (data.sets.length === 0)
    return <EmptyState title={t("rules.noCircuits")} help={t("rules.noCircuitsHelp")} />;
  const mayChange = may("rules.change");
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2,
        alignItems: "start",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 360px" },
      }}
    >
      <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
        <Box sx={{ display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap" }}>
          <Typography variant="body2" color="textSecondary" sx={{ flex: "1 1 280px" }}>
            {t("rules.setsHelp")}
          </Typography>
          {mayChange && (
            <Button component={Link} to={RULE_CHANGE_PATH} variant="contained">
              {t("rules.change")}
            </Button>
          )}
        </Box>
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}>
          {data.sets.map(({ id, rules, circuitIds }) => (
            <Paper key={id} component="li" variant="outlined" sx={{ p: 2, display: "grid", gap: 1 }}>
              <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
                <Typography variant="h2" sx={{ flex: 1, minWidth: 120 }}>
                  {t("rules.circuits", { smart_count: circuitIds.length })}
                </Typography>
                {mayChange && Object.keys(rules).length > 0 && <KeepTemplate rules={rules} />}
                {mayChange && (
                  <Button
                    component={Link}
                    to={RULE_CHANGE_PATH}
                    state={{ circuitIds, changes: rules } satisfies ChangeStart}
                    size="small"
                    variant="outlined"
                  >
                    {t("rules.changeThese")}
                  </Button>
                )}
              </Box>
              <CircuitNames ids={circuitIds} />
              <RuleFacts rules={rules} />
            </Paper>
          ))}
        </Box>
      </Box>
      <Templates />
    </Box>
  );
}

function Templates() {
  const t = useT();
  const site = useSite();
  const may = useMay();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { data, error } = useGetList<RuleTemplate>("policies", {
    pagination: { page: 1, perPage: 100 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  return (
    <Section title={t("rules.templates")}>
      {error && <LoadFailed error={error} />}
      {data === undefined && !error && <Waiting rows={2} />}
      {data?.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {t("rules.noTemplates")}
        </Typography>
      )}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}>
        {data?.map((template) => (
          <Box component="li" key={template.id} sx={{ display: "grid", gap: 0.5 }}>
            <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
              <Typography variant="h3" sx={{ flex: 1 }}>
                {template.name}
              </Typography>
              {may("rules.change") && (
                <>
                  <Button
                    component={Link}
                    to={RULE_CHANGE_PATH}
                    state={{ changes: template.rules } satisfies ChangeStart}
                    size="small"
                  >
                    {t("rules.use")}
                  </Button>
                  <IconButton
                    size="small"
                    aria-label={t("rules.removeTemplate", { name: template.name })}
                    onClick={() =>
                      void dataProvider
                        .delete("policies", { id: template.id, previousData: template })
                        .then(refresh)
                    }
                  >
                    <RemoveIcon fontSize="small" />
                  </IconButton>
                </>
              )}
            </Box>
            <RuleFacts rules={template.rules} />
          </Box>
        ))}
      </Box>
    </Section>
  );
}
