import { Box } from "@mui/material";
import { useState } from "react";
import type { Household } from "../api/rows.ts";
import { localDayOf } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { DocumentButton } from "../shared/document-button.tsx";
import { monthsSince } from "./statement-months.ts";

const MOST_MONTHS = 24;

/** The monthly statement, as a PDF. */
export function StatementButton({ household }: { household: Household }) {
  const t = useT();
  const format = useFormat();
  const { timeZone } = useSite();
  const [nowMs] = useState(() => Date.now());
  const monthOf = (ms: number) => localDayOf(ms, timeZone).slice(0, 7);
  const months = monthsSince(monthOf(Date.parse(household.openedAt)), monthOf(nowMs), MOST_MONTHS);
  const [month, setMonth] = useState(months[0] ?? monthOf(nowMs));
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
      <ChoiceField
        label={t("household.statementMonth")}
        value={month}
        choices={months.map((name) => ({ value: name, label: format.month(name) }))}
        onChange={setMonth}
        minWidth={132}
      />
      <DocumentButton
        path={`/households/${encodeURIComponent(household.id)}/statement.pdf?month=${month}`}
        label={t("household.statement")}
        size="medium"
      />
    </Box>
  );
}
