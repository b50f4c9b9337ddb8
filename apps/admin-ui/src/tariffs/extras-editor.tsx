import type { Blocks, Demand } from "@hallmeter/meter-model";
import AddIcon from "@mui/icons-material/Add";
import RemoveIcon from "@mui/icons-material/Close";
import { Box, Button, IconButton, MenuItem, TextField, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { BlockStairs } from "./block-stairs.tsx";
import type { ChangeDraft } from "./rate-palette.tsx";
import { addDemand, MOST_BLOCK_STEPS, MOST_DEMANDS, type TariffDraft } from "./tariff-draft.ts";

interface Props {
  draft: TariffDraft;
  change: ChangeDraft;
}

const LINE = { display: "flex", columnGap: 1, rowGap: 1.5, flexWrap: "wrap", alignItems: "center" } as const;
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
            <TextField
              select
              size="small"
              label={t("tariffs.blocksBy")}
              value={blocks.by}
              onChange={(event) => set({ ...blocks, by: event.target.value === "year" ? "year" : "month" })}
              sx={{ minWidth: 120 }}
            >
              {(["month", "year"] as const).map((by) => (
                <MenuItem key={by} value={by}>
                  {t(`tariffs.by.${by}`)}
                </MenuItem>
              ))}
            </TextField>
            <TextField
              select
              size="small"
              label={t("tariffs.carry")}
              value={blocks.carry}
              onChange={(event) => set({ ...blocks, carry: event.target.value as Blocks["carry"] })}
              sx={{ minWidth: 220 }}
            >
              {(["none", "within-year", "unlimited"] as const).map((carry) => (
                <MenuItem key={carry} value={carry}>
                  {t(`tariffs.carries.${carry}`)}
                </MenuItem>
              ))}
            </TextField>
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
                <IconButton
                  size="small"
                  aria-label={t("tariffs.removeStep", { number })}
                  onClick={() =>
                    set(
                      blocks.steps.length === 1
                        ? null
                        : { ...blocks, steps: blocks.steps.filter((_, at) => at !== number - 1) },
                    )
                  }
                >
                  <RemoveIcon fontSize="small" />
                </IconButton>
              </Box>
            );
          })}
          <BlockStairs blocks={blocks} />
        </>
      )}
      <Box>
        <Button
          size="small"
          startIcon={<AddIcon fontSize="small" />}
          disabled={(blocks?.steps.length ?? 0) >= MOST_BLOCK_STEPS}
          onClick={addStep}
        >
          {t("tariffs.addStep")}
        </Button>
      </Box>
    </Box>
  );
}

const WINDOWS = [15, 30, 60] as const;
const EVERYTHING = "";

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
            <TextField
              select
              size="small"
              label={t("tariffs.demandRate")}
              value={demand.rateId ?? EVERYTHING}
              onChange={(event) =>
                set({ rateId: event.target.value === EVERYTHING ? null : event.target.value })
              }
              slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
              sx={{ minWidth: 120 }}
            >
              <MenuItem value={EVERYTHING}>{t("tariffs.demandAll")}</MenuItem>
              {draft.rates.map(({ id, name }) => (
                <MenuItem key={id} value={id}>
                  {name}
                </MenuItem>
              ))}
            </TextField>
            <TextField
              select
              size="small"
              label={t("tariffs.window")}
              value={demand.windowMinutes}
              onChange={(event) => {
                const minutes = WINDOWS.find((each) => each === Number(event.target.value));
                if (minutes !== undefined) set({ windowMinutes: minutes });
              }}
              sx={{ minWidth: 100 }}
            >
              {WINDOWS.map((minutes) => (
                <MenuItem key={minutes} value={minutes}>
                  {t("tariffs.minutes", { minutes })}
                </MenuItem>
              ))}
            </TextField>
            <TextField
              select
              size="small"
              label={t("tariffs.mode")}
              value={demand.mode}
              onChange={(event) => set({ mode: event.target.value === "fixed" ? "fixed" : "sliding" })}
              sx={{ minWidth: 100 }}
            >
              {(["sliding", "fixed"] as const).map((mode) => (
                <MenuItem key={mode} value={mode}>
                  {t(`tariffs.modes.${mode}`)}
                </MenuItem>
              ))}
            </TextField>
            <DecimalField
              label={t("tariffs.perKwMonth")}
              value={demand.priceMicroPerKW}
              digits={6}
              unit={currency}
              onChange={(priceMicroPerKW) => set({ priceMicroPerKW })}
            />
            <IconButton
              size="small"
              aria-label={t("tariffs.removeDemand", { name: demand.name })}
              onClick={() =>
                change((before) => ({
                  ...before,
                  demands: before.demands.filter(({ id }) => id !== demand.id),
                }))
              }
            >
              <RemoveIcon fontSize="small" />
            </IconButton>
          </Box>
        );
      })}
      <Box>
        <Button
          size="small"
          startIcon={<AddIcon fontSize="small" />}
          disabled={draft.demands.length >= MOST_DEMANDS}
          onClick={() => change((before) => addDemand(before, t("tariffs.newDemand")))}
        >
          {t("tariffs.addDemand")}
        </Button>
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
