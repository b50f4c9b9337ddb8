import { formatValue } from "@hallmeter/meter-model";
import { registerText } from "@hallmeter/meter-model/trace-text";
import { Alert, Box, Button, Typography } from "@mui/material";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useDataProvider } from "react-admin";
import type { Circuit } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { AsOf } from "../shared/as-of.tsx";
import { CommandStatus } from "../shared/command-status.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { circuitPath, TextLink } from "../shared/text-link.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { MeterParameters } from "./rows.ts";

type Act = "compare-parameters" | "repair-parameters";

function CircuitParameters({ circuit, parameters }: { circuit: Circuit; parameters: MeterParameters }) {
  const t = useT();
  const locale = useConsoleLocale();
  const may = useMay();
  const keyed = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [asking, setAsking] = useState<Act | null>(null);
  const [commandId, setCommandId] = useState<string | null>(null);
  const { differences, readAt } = parameters;
  const acts = (["compare-parameters", "repair-parameters"] as const).filter(
    (act) => may(`circuits.${act}`) && (act === "compare-parameters" || differences.length > 0),
  );
  const send = async (action: Act, reason: string) => {
    const command = { action, reason };
    setCommandId(await dataProvider.command(circuit.id, command, keyed.keyFor([circuit.id, command])));
    keyed.settle();
  };
  return (
    <Box component="li" sx={{ display: "grid", gap: 1, pb: 1.5, borderBottom: 1, borderColor: "divider" }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
        <TextLink to={circuitPath(circuit.id)}>{circuit.name}</TextLink>
        <Typography variant="body2" color={differences.length > 0 ? "warning" : "textSecondary"}>
          {differences.length > 0
            ? t("network.differences", { smart_count: differences.length })
            : t("network.alike", { smart_count: Object.keys(parameters.desired).length })}
        </Typography>
        <AsOf at={readAt} />
        <Box role="group" aria-label={circuit.name} sx={{ ml: "auto", display: "flex", gap: 1 }}>
          {acts.map((act) => (
            <Button key={act} size="small" variant="outlined" onClick={() => setAsking(act)}>
              {t(`circuit.action.${act}`)}
            </Button>
          ))}
        </Box>
      </Box>
      {differences.length > 0 && (
        <RowTable
          label={t("network.differencesOf", { circuit: circuit.name })}
          rows={differences}
          keyOf={({ name }) => name}
          columns={[
            { key: "name", title: t("network.parameter"), show: ({ name }) => registerText(name, locale) },
            {
              key: "desired",
              title: t("network.desired"),
              isFigure: true,
              show: ({ name, desired }) => formatValue(name, desired),
            },
            {
              key: "actual",
              title: t("network.actual"),
              isFigure: true,
              show: ({ name, actual }) => (actual === null ? "—" : formatValue(name, actual)),
            },
            {
              key: "outcome",
              title: t("network.outcome"),
              onCard: "figure",
              show: ({ outcome, state, code }) =>
                `${t(`network.difference.${outcome ?? state}`)}${code === undefined ? "" : ` (${code})`}`,
            },
          ]}
        />
      )}
      {commandId !== null && <CommandStatus key={commandId} commandId={commandId} />}
      {asking !== null && (
        <ConfirmWithReason
          title={t(`circuit.action.${asking}`)}
          help={t(`network.explain.${asking}`, { circuit: circuit.name })}
          confirmLabel={t(`circuit.action.${asking}`)}
          reasonRequired={asking === "repair-parameters"}
          onConfirm={(reason) => send(asking, reason)}
          onClose={() => setAsking(null)}
        />
      )}
    </Box>
  );
}

/** What the meters of a bus shall be set to, beside what they are; those that differ come first. */
export function ParameterDifferences({ circuits }: { circuits: readonly Circuit[] }) {
  const t = useT();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { rows, error, isPending } = useQueries({
    queries: circuits.map(({ id }) => ({
      queryKey: ["parameters", "getOne", { id, meta: undefined }],
      queryFn: async () => (await dataProvider.getOne<MeterParameters>("parameters", { id })).data,
    })),
    combine: (results) => ({
      rows: results.flatMap(({ data }) => data ?? []),
      error: results.find((result) => result.error !== null)?.error ?? null,
      isPending: results.some((result) => result.isPending),
    }),
  });
  if (error !== null) return <LoadFailed error={error} />;
  if (isPending) return <Waiting rows={6} />;
  const desired = rows
    .filter((row) => Object.keys(row.desired).length > 0)
    .sort((a, b) => b.differences.length - a.differences.length);
  if (desired.length === 0)
    return <EmptyState dense title={t("network.noParameters")} help={t("network.noParametersHelp")} />;
  const differing = desired.filter(({ differences }) => differences.length > 0).length;
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Alert severity={differing > 0 ? "warning" : "success"}>
        {differing > 0
          ? t("network.differing", { smart_count: differing })
          : t("network.noneDiffering", { smart_count: desired.length })}
      </Alert>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.5 }}>
        {desired.map((parameters) => {
          const circuit = circuits.find(({ id }) => id === parameters.circuitId);
          return circuit && <CircuitParameters key={circuit.id} circuit={circuit} parameters={parameters} />;
        })}
      </Box>
    </Box>
  );
}
