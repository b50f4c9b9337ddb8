import { Box, FormControlLabel, MenuItem, Radio, RadioGroup, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useGetList } from "react-admin";
import type { Building } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { localDayOf } from "../format/format.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { SaveButton } from "../shared/save-button.tsx";
import { Section } from "../shared/section.tsx";
import { beginOfDay, dayAfter } from "./local-days.ts";
import { EXPORT_NAMES, EXPORTS, type ExportChoice, type ExportName, exportPath } from "./tables.ts";

const MOST_BUILDINGS = 500;
const SHRUNK = { select: { displayEmpty: true }, inputLabel: { shrink: true } } as const;

/** Tables as files, narrowed as chosen. */
export function ExportSection() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const locale = useConsoleLocale();
  const [what, setWhat] = useState<ExportName>("units");
  const [choice, setChoice] = useState<ExportChoice>({
    ...{ buildingId: "", status: "", from: "", to: "", forPeople: true },
  });
  const narrowedBy: readonly string[] = EXPORTS[what].narrowedBy;
  const { data: buildings } = useGetList<Building>(
    "buildings",
    {
      pagination: { page: 1, perPage: MOST_BUILDINGS },
      sort: { field: "name", order: "ASC" },
      filter: { siteId: site.id },
    },
    { enabled: narrowedBy.includes("building") },
  );
  const set = (part: Partial<ExportChoice>) => setChoice((before) => ({ ...before, ...part }));
  const path = exportPath(what, choice, {
    id: site.id,
    locale,
    beginOf: (day) => beginOfDay(day, site.timeZone),
    dayAfter,
  });
  return (
    <Section title={t("integration.export.title")}>
      <Box sx={{ display: "grid", gap: 2 }}>
        <Typography variant="body2" color="textSecondary">
          {t("integration.export.help")}
        </Typography>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5 }}>
          <ChoiceField
            label={t("integration.export.what")}
            value={what}
            choices={EXPORT_NAMES.filter((name) => may(EXPORTS[name].right)).map((value) => ({
              value,
              label: t(`integration.table.${value}`),
            }))}
            onChange={setWhat}
            minWidth={180}
          />
          {narrowedBy.includes("building") && (
            <ChoiceField
              label={t("integration.export.building")}
              value={choice.buildingId}
              choices={[
                { value: "", label: t("integration.export.anyBuilding") },
                ...(buildings ?? []).map(({ id, name }) => ({ value: id, label: name })),
              ]}
              onChange={(buildingId) => set({ buildingId })}
              minWidth={180}
            />
          )}
          {narrowedBy.includes("status") && (
            <TextField
              select
              label={t("integration.export.status")}
              value={choice.status}
              onChange={(event) => set({ status: event.target.value })}
              slotProps={SHRUNK}
              sx={{ minWidth: 180 }}
            >
              <MenuItem value="">{t("integration.export.anyStatus")}</MenuItem>
              <MenuItem value="open">{t("integration.export.open")}</MenuItem>
              <MenuItem value="closed">{t("integration.export.closed")}</MenuItem>
            </TextField>
          )}
          {narrowedBy.includes("period") &&
            (["from", "to"] as const).map((end) => (
              <TextField
                key={end}
                type="date"
                label={t(`integration.export.${end}`)}
                value={choice[end]}
                onChange={(event) => set({ [end]: event.target.value })}
                slotProps={{ inputLabel: { shrink: true } }}
              />
            ))}
        </Box>
        <RadioGroup
          aria-label={t("integration.export.looks")}
          value={choice.forPeople ? "people" : "programs"}
          onChange={(_event, value) => set({ forPeople: value === "people" })}
        >
          <FormControlLabel
            value="people"
            control={<Radio size="small" />}
            label={t("integration.export.forPeople")}
          />
          <FormControlLabel
            value="programs"
            control={<Radio size="small" />}
            label={t("integration.export.forPrograms")}
          />
        </RadioGroup>
        <div>
          <SaveButton
            path={path}
            fileName={`${what}-${localDayOf(Date.now(), site.timeZone)}.csv`}
            label={t("integration.export.save")}
          />
        </div>
      </Box>
    </Section>
  );
}
