import CheckIcon from "@mui/icons-material/CheckCircle";
import { Alert, Box, Button, Checkbox, FormControlLabel, LinearProgress, Typography } from "@mui/material";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useDataProvider, useGetMany, useRefresh } from "react-admin";
import { Link } from "react-router-dom";
import type { Circuit, Household, Live } from "../../api/rows.ts";
import { useMay } from "../../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../../data/data-provider.ts";
import { useRow } from "../../data/use-row.ts";
import { useT } from "../../i18n/use-t.ts";
import { useFormat } from "../../layout/site-context.tsx";
import { AsOf } from "../../shared/as-of.tsx";
import { EmptyState } from "../../shared/empty-state.tsx";
import { Chip } from "../../shared/state-chip.tsx";
import { circuitPath, TextLink } from "../../shared/text-link.tsx";
import { useProblemText } from "../../shared/use-problem-text.ts";
import type { RelayTestRow } from "../rows.ts";
import { isPlausible } from "./plausible.ts";
import { RelayTest } from "./relay-test.tsx";

/** A new circuit is read within its poll interval; until then it is asked for anew. */
const FIRST_READING_MS = 3000;

function CircuitCheck({
  circuit,
  household,
  isByHand,
  onByHand,
  onCommission,
}: {
  circuit: Circuit;
  household: Household | undefined;
  isByHand: boolean;
  onByHand: (isByHand: boolean) => void;
  onCommission: () => void;
}) {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const { data: live } = useRow<Live>("live", circuit.id, { refetchInterval: FIRST_READING_MS });
  const { data: tested } = useRow<RelayTestRow>("relay-tests", circuit.id);
  const isDone = circuit.commissionedAt !== null;
  const isReady = live !== undefined && (tested?.test?.state === "passed" || isByHand);
  return (
    <Box
      component="li"
      sx={{
        display: "grid",
        gap: 1,
        alignItems: "center",
        gridTemplateColumns: { xs: "1fr", md: "170px minmax(0, 1fr) minmax(0, 1fr) auto" },
        p: 1.25,
        border: 1,
        borderColor: "divider",
        borderRadius: 1,
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <TextLink to={circuitPath(circuit.id)}>{circuit.name}</TextLink>
        <Typography variant="caption" color="textSecondary" component="div" noWrap>
          {[
            circuit.unitAddress,
            household ? `${household.unitName} · ${household.name}` : t("commissioning.nobodyYet"),
          ].join(" · ")}
        </Typography>
      </Box>
      <Box>
        {live === undefined ? (
          <Typography variant="body2" color="textSecondary">
            {t("commissioning.noReading")}
          </Typography>
        ) : (
          <>
            <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
              {[
                format.energy(live.energyWh),
                format.power(live.activePowerW),
                format.voltage(live.voltageDv),
              ].join(" · ")}
            </Typography>
            <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
              <AsOf at={live.at} />
              {!isPlausible(live) && <Chip color="low">{t("commissioning.implausible")}</Chip>}
            </Box>
          </>
        )}
      </Box>
      <Box sx={{ display: "grid", gap: 0.5 }}>
        <RelayTest circuit={circuit} />
        {!isDone && tested?.test?.state !== "passed" && (
          <FormControlLabel
            control={<Checkbox size="small" checked={isByHand} onChange={(_event, is) => onByHand(is)} />}
            label={t("commissioning.byHand")}
            slotProps={{ typography: { variant: "caption" } }}
          />
        )}
      </Box>
      {isDone ? (
        <Box sx={{ display: "inline-flex", gap: 0.5, alignItems: "center" }}>
          <CheckIcon color="success" fontSize="small" aria-hidden />
          <Typography variant="body2">
            {t("commissioning.commissioned", { date: format.date(circuit.commissionedAt ?? "") })}
          </Typography>
        </Box>
      ) : (
        may("circuits.commission") && (
          <Button
            size="small"
            variant="outlined"
            disabled={!isReady}
            title={isReady ? undefined : t("commissioning.notYet")}
            onClick={onCommission}
          >
            {t("commissioning.doCommission")}
          </Button>
        )
      )}
    </Box>
  );
}

/** Circuits whose last relay test was passed, out of the same cache as each row. */
function usePassed(circuits: readonly Circuit[]): Circuit[] {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return useQueries({
    queries: circuits.map(({ id }) => ({
      queryKey: ["relay-tests", "getOne", { id, meta: undefined }],
      queryFn: async () => (await dataProvider.getOne<RelayTestRow>("relay-tests", { id })).data,
    })),
    combine: (results) => circuits.filter((_, index) => results[index]?.data?.test?.state === "passed"),
  });
}

/** Readings seen, relays tested, and only then put to work. */
export function CheckStep({ circuits }: { circuits: readonly Circuit[] }) {
  const t = useT();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [byHand, setByHand] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<unknown>(null);
  const [running, setRunning] = useState<number | null>(null);
  const householdIds = [...new Set(circuits.flatMap(({ householdId }) => householdId ?? []))];
  const { data: households } = useGetMany<Household>("households", { ids: householdIds });
  const done = circuits.filter(({ commissionedAt }) => commissionedAt !== null).length;

  async function commission(ids: readonly string[]) {
    setProblem(null);
    try {
      for (const [index, id] of ids.entries()) {
        setRunning(index);
        const data = { commissionedAt: new Date().toISOString() };
        await dataProvider.update("circuits", { id, data, previousData: { id } });
      }
    } catch (failure) {
      setProblem(failure);
    } finally {
      setRunning(null);
      refresh();
    }
  }
  const passed = usePassed(circuits).filter(({ commissionedAt }) => commissionedAt === null);

  if (circuits.length === 0)
    return <EmptyState title={t("commissioning.noneToCheck")} help={t("network.noUnitsHelp")} />;
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Box sx={{ display: "grid", gap: 0.5 }}>
        <Typography variant="body2" role="status">
          {t("commissioning.toCommission", { ready: done, total: circuits.length })}
        </Typography>
        <LinearProgress
          variant="determinate"
          aria-label={t("commissioning.toCommission", { ready: done, total: circuits.length })}
          value={(done * 100) / circuits.length}
        />
      </Box>
      {done === circuits.length ? (
        <Alert
          severity="success"
          action={
            <Button component={Link} to="/network" color="inherit" size="small">
              {t("commissioning.toNetwork")}
            </Button>
          }
        >
          <strong>{t("commissioning.allDone")}</strong> {t("commissioning.allDoneHelp")}
        </Alert>
      ) : (
        <Alert severity="info">{t("commissioning.nothingSwitches")}</Alert>
      )}
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1 }}>
        {circuits.map((circuit) => (
          <CircuitCheck
            key={circuit.id}
            circuit={circuit}
            household={households?.find((one) => one?.id === circuit.householdId)}
            isByHand={byHand.has(circuit.id)}
            onByHand={(is) => {
              const next = new Set(byHand);
              if (is) next.add(circuit.id);
              else next.delete(circuit.id);
              setByHand(next);
            }}
            onCommission={() => void commission([circuit.id])}
          />
        ))}
      </Box>
      {passed.length > 0 && (
        <Box>
          <Button
            variant="contained"
            loading={running !== null}
            onClick={() => void commission(passed.map(({ id }) => id))}
          >
            {t("commissioning.commissionReady", { smart_count: passed.length })}
          </Button>
        </Box>
      )}
    </Box>
  );
}
