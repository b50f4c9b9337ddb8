import type { UnitId } from "@hallmeter/meter-model";
import { Alert, Box, Button, Checkbox, LinearProgress, TextField, Typography } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useDataProvider, useRefresh } from "react-admin";
import type { Bus, Circuit } from "../../api/rows.ts";
import { profileText, variantText } from "../../circuits/meter-names.ts";
import type { ConsoleDataProvider } from "../../data/data-provider.ts";
import { useRow } from "../../data/use-row.ts";
import { useSentences } from "../../i18n/use-sentences.ts";
import { useT } from "../../i18n/use-t.ts";
import { ChoiceField } from "../../shared/choice-field.tsx";
import { EmptyState } from "../../shared/empty-state.tsx";
import { LoadFailed } from "../../shared/load-failed.tsx";
import { ToggleChips } from "../../shared/toggle-chips.tsx";
import { useProblemText } from "../../shared/use-problem-text.ts";
import { Waiting } from "../../shared/waiting.tsx";
import type { BusScanRow, Meter, Profile } from "../rows.ts";
import {
  guessProfile,
  isLikely,
  newUnits,
  type PlannedCircuit,
  planCircuits,
  swallowed,
} from "./plan-circuits.ts";

const GROUPINGS = ["together", "apart"] as const;
/** Rooms begin with 101 in most halls; who goes on later counts on. */
const FIRST_NUMBER = 101;
type Grouping = (typeof GROUPINGS)[number];

const useProfiles = () => {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return useQuery({
    queryKey: ["profiles"],
    queryFn: () => dataProvider.read<Profile[]>("/profiles"),
    staleTime: Number.POSITIVE_INFINITY,
  });
};

interface Plan {
  bus: Bus;
  profile: string;
  variant: string;
  grouping: Grouping;
  meterName: string;
  circuits: readonly PlannedCircuit[];
}

/** Makes meters and circuits one by one: what was made stays, and the rest can be tried again. */
function useSetUp() {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const problemText = useProblemText();
  const refresh = useRefresh();
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [failure, setFailure] = useState<{ name: string; why: string } | null>(null);

  async function setUp({ bus, profile, variant, grouping, meterName, circuits }: Plan) {
    setFailure(null);
    setProgress({ done: 0, total: circuits.length });
    const made = new Map<UnitId | "cabinet", string>();
    const meterFor = async ({ unitId, name }: PlannedCircuit): Promise<string> => {
      const isApart = grouping === "apart" || typeof unitId === "string";
      const key = isApart ? unitId : "cabinet";
      const known = made.get(key);
      if (known !== undefined) return known;
      const data = { busId: bus.id, profile, firstUnitId: unitId, name: isApart ? name : meterName };
      const meter = await dataProvider.create<Meter>("meters", { data });
      made.set(key, meter.data.id);
      return meter.data.id;
    };
    let name = meterName;
    try {
      for (const [index, circuit] of circuits.entries()) {
        name = circuit.name;
        const meterId = await meterFor(circuit);
        const { unitId: unitAddress, loop } = circuit;
        await dataProvider.create<Circuit>("circuits", {
          data: { meterId, variant, unitAddress, loop, name: circuit.name },
        });
        setProgress({ done: index + 1, total: circuits.length });
      }
    } catch (error) {
      setFailure({ name, why: problemText(error) });
    } finally {
      setProgress(null);
      refresh();
    }
  }
  return { setUp, progress, failure };
}

/** Turns the new units of the last scan into meters and circuits. */
export function SetUpStep({
  bus,
  circuits,
  meters,
}: {
  bus: Bus;
  circuits: readonly Circuit[];
  meters: readonly Meter[];
}) {
  const t = useT();
  const { data, error } = useRow<BusScanRow>("bus-scans", bus.id);
  const profiles = useProfiles();
  const found = data?.scan?.found;
  const units = useMemo(() => newUnits(found ?? [], circuits), [found, circuits]);
  if (data === undefined || profiles.data === undefined) {
    const problem = error ?? profiles.error;
    return problem ? <LoadFailed error={problem} /> : <Waiting rows={5} />;
  }
  if (units.length === 0)
    return <EmptyState title={t("commissioning.allKnown")} help={t("commissioning.allKnownHelp")} />;
  return (
    <SetUpForm
      key={bus.id}
      {...{ bus, units, meters }}
      circuitCount={circuits.length}
      profiles={profiles.data}
    />
  );
}

function SetUpForm({
  bus,
  units,
  meters,
  circuitCount,
  profiles,
}: {
  bus: Bus;
  units: ReturnType<typeof newUnits>;
  meters: readonly Meter[];
  circuitCount: number;
  profiles: readonly Profile[];
}) {
  const t = useT();
  const sentences = useSentences();
  const { setUp, progress, failure } = useSetUp();
  const guess = useMemo(() => guessProfile(units), [units]);
  const [chosen, setChosen] = useState<{ profile: string; variant: string } | null>(null);
  const [picked, setPicked] = useState<ReadonlyMap<UnitId, boolean>>(new Map());
  const [grouping, setGrouping] = useState<Grouping>("together");
  const [meterName, setMeterName] = useState(`${bus.name} · ${meters.length + 1}`);
  const [pattern, setPattern] = useState("###");
  const [first, setFirst] = useState(String(FIRST_NUMBER + circuitCount));
  const [renamed, setRenamed] = useState<Readonly<Record<string, string>>>({});

  const choice = chosen ?? guess ?? { profile: profiles[0]?.id ?? "", variant: "" };
  const profile = profiles.find(({ id }) => id === choice.profile);
  const variant = profile?.variants.find(({ id }) => id === choice.variant) ?? profile?.variants[0];
  const chosenVariant = { profile: choice.profile, variant: variant?.id ?? "" };
  const isWanted = (unit: (typeof units)[number]) => picked.get(unit.unitId) ?? isLikely(unit, chosenVariant);
  const wanted = units.filter(isWanted).map(({ unitId }) => unitId);
  const doubled = variant === undefined ? [] : swallowed(wanted, variant.unitIdStep);
  const usable = wanted.filter((unitId) => !doubled.includes(unitId));
  const planned =
    variant === undefined
      ? []
      : planCircuits(usable, variant, { pattern, first: Number.parseInt(first, 10) || 1 }).map((circuit) => ({
          ...circuit,
          name: renamed[`${circuit.unitId} ${circuit.loop}`] ?? circuit.name,
        }));
  const isRunning = progress !== null;

  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Typography>{t("commissioning.newUnits", { smart_count: units.length })}</Typography>
      <Box
        sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr", md: "2fr 1fr 2fr" } }}
      >
        <ChoiceField
          label={t("commissioning.profile")}
          value={profile?.id ?? ""}
          choices={profiles.map(({ id, name }) => ({ value: id, label: profileText(id, t, name) }))}
          onChange={(id) => setChosen({ profile: id, variant: "" })}
        />
        <ChoiceField
          label={t("commissioning.variant")}
          value={variant?.id ?? ""}
          choices={(profile?.variants ?? []).map(({ id }) => ({ value: id, label: variantText(id, t) }))}
          onChange={(id) => setChosen({ profile: choice.profile, variant: id })}
        />
        <TextField
          label={t("commissioning.meterName")}
          value={meterName}
          disabled={grouping === "apart"}
          onChange={(event) => setMeterName(event.target.value)}
        />
        <TextField
          label={t("commissioning.naming")}
          value={pattern}
          onChange={(event) => setPattern(event.target.value)}
          helperText={t("commissioning.namingHelp")}
        />
        <TextField
          type="number"
          label={t("commissioning.firstNumber")}
          value={first}
          onChange={(event) => setFirst(event.target.value)}
        />
        <Box sx={{ alignSelf: "center" }}>
          <ToggleChips
            label={t("commissioning.grouping")}
            options={GROUPINGS.map((value) => ({ value, label: t(`commissioning.${value}`) }))}
            value={grouping}
            onChange={setGrouping}
          />
        </Box>
      </Box>
      {doubled.length > 0 && (
        <Alert severity="info">
          {t("commissioning.addressGap", { step: variant?.unitIdStep ?? 1, address: doubled.join(", ") })}
        </Alert>
      )}
      <Box
        component="ul"
        sx={{
          m: 0,
          p: 0,
          listStyle: "none",
          display: "grid",
          gap: 1,
          gridTemplateColumns: "repeat(auto-fill, minmax(220px, 1fr))",
        }}
      >
        {units.map((unit) => {
          const { unitId } = unit;
          const own = planned.filter((circuit) => circuit.unitId === unitId);
          return (
            <Box
              component="li"
              key={unitId}
              sx={{
                display: "flex",
                gap: 0.5,
                alignItems: "start",
                border: 1,
                borderColor: "divider",
                borderRadius: 1,
                p: 1,
              }}
            >
              <Checkbox
                size="small"
                checked={isWanted(unit) && !doubled.includes(unitId)}
                disabled={isRunning || doubled.includes(unitId)}
                onChange={(_event, is) => setPicked(new Map(picked).set(unitId, is))}
                slotProps={{
                  input: { "aria-label": t("commissioning.unitChosen", { address: String(unitId) }) },
                }}
              />
              <Box sx={{ flex: 1, display: "grid", gap: 0.75, pt: 0.25 }}>
                <Typography component="span" sx={{ fontWeight: 650, fontVariantNumeric: "tabular-nums" }}>
                  {unitId}
                </Typography>
                {own.map((circuit) => (
                  <TextField
                    key={circuit.loop}
                    size="small"
                    label={
                      own.length > 1
                        ? t("commissioning.loopOf", { loop: circuit.loop })
                        : t("commissioning.circuitName", { address: String(unitId) })
                    }
                    value={circuit.name}
                    disabled={isRunning}
                    onChange={(event) =>
                      setRenamed({ ...renamed, [`${unitId} ${circuit.loop}`]: event.target.value })
                    }
                  />
                ))}
              </Box>
            </Box>
          );
        })}
      </Box>
      {failure !== null && (
        <Alert severity="error">
          {sentences(t("commissioning.setUpFailed", failure), t("commissioning.setUpStopped"))}
        </Alert>
      )}
      {progress !== null && (
        <Box role="status" sx={{ display: "grid", gap: 0.5 }}>
          <Typography variant="body2">{t("commissioning.settingUp", progress)}</Typography>
          <LinearProgress
            variant="determinate"
            aria-label={t("commissioning.settingUp", progress)}
            value={(progress.done * 100) / Math.max(1, progress.total)}
          />
        </Box>
      )}
      <Box>
        <Button
          variant="contained"
          loading={isRunning}
          disabled={planned.length === 0 || variant === undefined}
          onClick={() =>
            profile !== undefined &&
            variant !== undefined &&
            void setUp({
              ...{ bus, profile: profile.id, variant: variant.id, grouping, meterName, circuits: planned },
            })
          }
        >
          {t("commissioning.setUp", { smart_count: planned.length })}
        </Button>
      </Box>
    </Box>
  );
}
