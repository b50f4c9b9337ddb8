import { ALARM_KIND_NAMES, SEVERITIES } from "@hallmeter/meter-model";
import { Box, Button } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { SearchField } from "../shared/search-field.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { type InboxChoice, type InboxFilter, isNarrowed, STATE_FILTER_NAMES } from "./inbox-filter.ts";

/** What of the inbox is shown: the state, and below it what narrows further. */
export function InboxFilterBar({
  filter,
  total,
  onChoose,
}: {
  filter: InboxFilter;
  /** Of the present state; undefined until it is known. */
  total: number | undefined;
  onChoose: (next: Partial<InboxChoice>) => void;
}) {
  const t = useT();
  const kinds = ALARM_KIND_NAMES.map((kind) => ({ kind, name: t(`alarmKind.${kind}`) })).sort((a, b) =>
    a.name.localeCompare(b.name),
  );
  return (
    <Box sx={{ display: "grid", gap: 2, mb: 1.5 }}>
      <ToggleChips
        label={t("alarms.filterLabel")}
        options={STATE_FILTER_NAMES.map((value) => ({
          value,
          label: t(`alarms.filter.${value}`),
          ...(value === filter.state && total !== undefined && { count: total }),
        }))}
        value={filter.state}
        onChange={(state) => onChoose({ state: state === "open" ? "" : state })}
      />
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 1.5, alignItems: "center" }}>
        <SearchField label={t("alarms.searchLabel")} value={filter.q} onChange={(q) => onChoose({ q })} />
        <ChoiceField
          label={t("alarms.severityLabel")}
          value={filter.severity ?? ""}
          choices={[
            { value: "", label: t("alarms.anySeverity") },
            ...SEVERITIES.toReversed().map((value) => ({ value, label: t(`alarms.severity.${value}`) })),
          ]}
          onChange={(severity) => onChoose({ severity })}
          sx={{ minWidth: 140, flex: { xs: 1, sm: "none" } }}
        />
        <ChoiceField
          label={t("alarms.kindLabel")}
          value={filter.kind ?? ""}
          choices={[
            { value: "", label: t("alarms.anyKind") },
            ...kinds.map(({ kind, name }) => ({ value: kind, label: name })),
          ]}
          onChange={(kind) => onChoose({ kind })}
          sx={{ minWidth: 140, maxWidth: { sm: 280 }, flex: { xs: 1, sm: "none" } }}
        />
        {isNarrowed(filter) && (
          <Button size="small" onClick={() => onChoose({ severity: "", kind: "", q: "" })}>
            {t("alarms.clearFilters")}
          </Button>
        )}
      </Box>
    </Box>
  );
}
