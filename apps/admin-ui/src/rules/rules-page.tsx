import { Box } from "@mui/material";
import { useSearchParams } from "react-router-dom";
import { Guarded } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { PageTitle } from "../shared/page-title.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { ChangesPart } from "./changes-part.tsx";
import { PausedCuts } from "./paused-cuts.tsx";
import { ProtectedPart } from "./protected-part.tsx";
import { ReplayPart } from "./replay-part.tsx";
import { SetsPart } from "./sets-part.tsx";
import { SheddingPart } from "./shedding-part.tsx";

const PARTS = {
  sets: SetsPart,
  replay: ReplayPart,
  protected: ProtectedPart,
  shedding: SheddingPart,
  changes: ChangesPart,
} as const;
type PartName = keyof typeof PARTS;
const PART_NAMES = Object.keys(PARTS) as PartName[];

function RulesView() {
  const t = useT();
  const [search, setSearch] = useSearchParams();
  const part = PART_NAMES.find((name) => name === search.get("part")) ?? "sets";
  const Part = PARTS[part];
  return (
    <>
      <PageTitle title={t("rules.title")} />
      <PausedCuts />
      <Box sx={{ mb: 2 }}>
        <ToggleChips
          label={t("rules.parts")}
          options={PART_NAMES.map((value) => ({ value, label: t(`rules.part.${value}`) }))}
          value={part}
          onChange={(value) => setSearch(value === "sets" ? {} : { part: value })}
        />
      </Box>
      <Part />
    </>
  );
}

export default function RulesPage() {
  return (
    <Guarded right="rules.list">
      <RulesView />
    </Guarded>
  );
}
