import { Box, ButtonBase, TextField } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { AddButton, RemoveButton } from "../shared/list-buttons.tsx";
import { PaintMark } from "../shared/week-painter/brush-bar.tsx";
import type { Paint } from "../shared/week-painter/paint-track.tsx";
import { tapHeight } from "../theme/touch.ts";
import { addRate, MOST_RATES, removeRate, type TariffDraft } from "./tariff-draft.ts";

export type ChangeDraft = (next: (draft: TariffDraft) => TariffDraft) => void;

/** Up to eight rates with their prices; the chosen one is the brush. */
export function RatePalette({
  draft,
  paints,
  brush,
  onBrush,
  change,
}: {
  draft: TariffDraft;
  paints: readonly Paint[];
  brush: string | null;
  onBrush: (rateId: string | null) => void;
  change: ChangeDraft;
}) {
  const t = useT();
  const { currency } = useSite();
  const set = (id: string, fields: Partial<TariffDraft["rates"][number]>) =>
    change((before) => ({
      ...before,
      rates: before.rates.map((rate) => (rate.id === id ? { ...rate, ...fields } : rate)),
    }));
  return (
    <Box sx={{ display: "grid", gap: 1.75, pt: 0.5 }}>
      {draft.rates.map(({ id, name, priceMicroPerKWh }, index) => {
        const paint = paints[index];
        const isBrush = id === brush;
        return (
          <Box
            key={id}
            sx={{
              display: "grid",
              columnGap: 1,
              rowGap: 1.75,
              alignItems: "center",
              gridTemplateColumns: { xs: "44px minmax(0, 1fr) 44px", sm: "44px minmax(0, 1fr) 176px 44px" },
            }}
          >
            <ButtonBase
              aria-pressed={isBrush}
              aria-label={t("tariffs.brushOf", { name })}
              onClick={() => onBrush(id)}
              sx={{
                ...tapHeight(38),
                width: "100%",
                borderRadius: 1,
                border: 2,
                borderColor: isBrush ? "primary.main" : "divider",
                "&:focus-visible": { outline: 2, outlineOffset: 2, outlineColor: "primary.main" },
              }}
            >
              {paint && <PaintMark paint={paint} digit={index + 1} />}
            </ButtonBase>
            <TextField
              size="small"
              label={t("tariffs.rateName", { number: index + 1 })}
              value={name}
              error={name.trim() === ""}
              onChange={(event) => set(id, { name: event.target.value })}
              slotProps={{ htmlInput: { maxLength: 60 } }}
            />
            <Box sx={{ gridArea: { xs: "2 / 2", sm: "auto" } }}>
              <DecimalField
                label={t("tariffs.price", { number: index + 1 })}
                value={priceMicroPerKWh}
                digits={6}
                unit={`${currency}/kWh`}
                width="100%"
                onChange={(price) => set(id, { priceMicroPerKWh: price })}
              />
            </Box>
            <RemoveButton
              label={t("tariffs.removeRate", { name })}
              disabled={draft.rates.length === 1}
              onClick={() => {
                change((before) => removeRate(before, id));
                if (isBrush) onBrush(null);
              }}
              sx={{ gridArea: { xs: "1 / 3", sm: "auto" } }}
            />
          </Box>
        );
      })}
      <Box>
        <AddButton
          label={t("tariffs.addRate")}
          disabled={draft.rates.length >= MOST_RATES}
          onClick={() => change((before) => addRate(before, t("tariffs.newRate")))}
        />
      </Box>
    </Box>
  );
}
