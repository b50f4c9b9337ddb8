import type { Blocks, Demand } from "@hallmeter/meter-model";
import { Box, TextField, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { AddButton, RemoveButton } from "../shared/list-buttons.tsx";
import { BlockStairs } from "./block-stairs.tsx";
import type { ChangeDraft } from "./rate-palette.tsx";
import { addDemand, MOST_BLOCK_STEPS, MOST_DEMANDS, type TariffDraft } from "./tariff-draft.ts";

interface Props {
  draft: TariffDraft;
  change: ChangeDraft;
}

const LINE = { display: "flex", columnGap: 1, rowGap: 1.5, flexWrap: "wrap", alignItems: "center" } as const;
const BLOCKS_BY = ["month", "year"] as const;
const CARRIES = ["none", "within-year", "unlimited"] as const;
const WH_PER_STEP = 100_000;
const MOST_WH = 1_000_000_000_000;

function nextStep(steps: Blocks["steps"]): Blocks["steps"][number] {
  const last = steps.at(-1);
  return {
    aboveWh: (last?.aboveWh ?? 0) + WH_PER_STEP,
    surchargeMicroPerKWh: last?.surchargeMicroPerKWh ?? 50_000,
  };
}

/** A step has no name but its place. */
const numbered = (steps: Blocks["steps"]) => steps.map((step, index) => ({ step, number: index + 1 }));

export function BlocksEditor({ draft, change }: Props) {
  const t = useT();
  const { currency } = useSite();
  const { blocks } = draft;
  const set = (next: Blocks | null) => change((before) => ({ ...before, blocks: next }));
  const addStep = () =>
    set(
      blocks === null
        ? { by: "month", carry: "none", steps: [nextStep([])] }
        : { ...blocks, steps: [...blocks.steps, nextStep(blocks.steps)] },
    );
  return (
    <Box component="section" sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="h3">{t("tariffs.blocksTitle")}</Typography>
      <Typography variant="body2" color="textSecondary">
        {t("tariffs.blocksHelp")}
      </Typography>
      {blocks !== null && (
        <>
          <Box sx={LINE}>
            <ChoiceField
              label={t("tariffs.blocksBy")}
              value={blocks.by}
              choices={BLOCKS_BY.map((value) => ({ value, label: t(`tariffs.by.${value}`) }))}
              onChange={(by) => set({ ...blocks, by })}
              minWidth={120}
            />
            <ChoiceField
              label={t("tariffs.carry")}
              value={blocks.carry}
              choices={CARRIES.map((value) => ({ value, label: t(`tariffs.carries.${value}`) }))}
              onChange={(carry) => set({ ...blocks, carry })}
              minWidth={220}
            />
          </Box>
          {numbered(blocks.steps).map(({ step, number }) => {
            const setStep = (fields: Partial<typeof step>) =>
              set({
                ...blocks,
                steps: blocks.steps.map((each, at) => (at === number - 1 ? { ...each, ...fields } : each)),
              });
            return (
              <Box key={number} sx={LINE}>
                <DecimalField
                  label={t("tariffs.above")}
                  value={step.aboveWh}
                  digits={3}
                  unit="kWh"
                  most={MOST_WH}
                  onChange={(aboveWh) => setStep({ aboveWh })}
                />
                <DecimalField
                  label={t("tariffs.surcharge")}
                  value={step.surchargeMicroPerKWh}
                  digits={6}
                  unit={`${currency}/kWh`}
                  width={176}
                  onChange={(surchargeMicroPerKWh) => setStep({ surchargeMicroPerKWh })}
                />
                <RemoveButton
                  label={t("tariffs.removeStep", { number })}
                  onClick={() =>
                    set(
                      blocks.steps.length === 1
                        ? null
                        : { ...blocks, steps: blocks.steps.filter((_, at) => at !== number - 1) },
                    )
                  }
                />
              </Box>
            );
          })}
          <BlockStairs blocks={blocks} />
        </>
      )}
      <Box>
        <AddButton
          label={t("tariffs.addStep")}
          disabled={(blocks?.steps.length ?? 0) >= MOST_BLOCK_STEPS}
          onClick={addStep}
        />
      </Box>
    </Box>
  );
}

const WINDOWS = [15, 30, 60] as const;
const DEMAND_MODES = ["sliding", "fixed"] as const;
/** No rate has it for an id. */
const EVERYTHING = "*";

export function DemandsEditor({ draft, change }: Props) {
  const t = useT();
  const { currency } = useSite();
  return (
    <Box component="section" sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="h3">{t("tariffs.demands")}</Typography>
      {draft.demands.map((demand) => {
        const set = (fields: Partial<Demand>) =>
          change((before) => ({
            ...before,
            demands: before.demands.map((each) => (each.id === demand.id ? { ...each, ...fields } : each)),
          }));
        return (
          <Box key={demand.id} sx={LINE}>
            <TextField
              size="small"
              label={t("tariffs.demandName")}
              value={demand.name}
              error={demand.name.trim() === ""}
              onChange={(event) => set({ name: event.target.value })}
              slotProps={{ htmlInput: { maxLength: 60 } }}
              sx={{ width: 160 }}
            />
            <ChoiceField
              label={t("tariffs.demandRate")}
              value={demand.rateId ?? EVERYTHING}
              choices={[
                { value: EVERYTHING, label: t("tariffs.demandAll") },
                ...draft.rates.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              onChange={(chosen) => set({ rateId: chosen === EVERYTHING ? null : chosen })}
              minWidth={120}
            />
            <ChoiceField
              label={t("tariffs.window")}
              value={demand.windowMinutes}
              choices={WINDOWS.map((minutes) => ({
                value: minutes,
                label: t("tariffs.minutes", { minutes }),
              }))}
              onChange={(windowMinutes) => set({ windowMinutes })}
              minWidth={100}
            />
            <ChoiceField
              label={t("tariffs.mode")}
              value={demand.mode}
              choices={DEMAND_MODES.map((value) => ({ value, label: t(`tariffs.modes.${value}`) }))}
              onChange={(mode) => set({ mode })}
              minWidth={100}
            />
            <DecimalField
              label={t("tariffs.perKwMonth")}
              value={demand.priceMicroPerKW}
              digits={6}
              unit={currency}
              onChange={(priceMicroPerKW) => set({ priceMicroPerKW })}
            />
            <RemoveButton
              label={t("tariffs.removeDemand", { name: demand.name })}
              onClick={() =>
                change((before) => ({
                  ...before,
                  demands: before.demands.filter(({ id }) => id !== demand.id),
                }))
              }
            />
          </Box>
        );
      })}
      <Box>
        <AddButton
          label={t("tariffs.addDemand")}
          disabled={draft.demands.length >= MOST_DEMANDS}
          onClick={() => change((before) => addDemand(before, t("tariffs.newDemand")))}
        />
      </Box>
    </Box>
  );
}

/** A tenth of a per mille is 100 millionths: "13.5 %" is 135,000. */
const TAX_DIGITS = 4;
const MOST_TAX_PPM = 1_000_000;

export function ChargesEditor({ draft, change }: Props) {
  const t = useT();
  const { currency } = useSite();
  return (
    <Box sx={LINE}>
      <DecimalField
        label={`${t("tariffs.standingCharge")}, ${t("tariffs.perDay")}`}
        value={draft.standingMicroPerDay}
        digits={6}
        unit={currency}
        width={220}
        onChange={(standingMicroPerDay) => change((before) => ({ ...before, standingMicroPerDay }))}
      />
      <DecimalField
        label={t("tariffs.taxRate")}
        value={draft.taxPpm}
        digits={TAX_DIGITS}
        unit="%"
        width={140}
        most={MOST_TAX_PPM}
        onChange={(taxPpm) => change((before) => ({ ...before, taxPpm }))}
      />
    </Box>
  );
}
