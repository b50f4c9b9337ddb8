import {
  Box,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormGroup,
  FormHelperText,
  Radio,
  RadioGroup,
  TextField,
} from "@mui/material";
import { useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { HouseholdPicker } from "../shared/household-picker/household-picker.tsx";
import type { Audience } from "./rows.ts";
import { useBuildings } from "./use-policy-words.ts";

const KINDS = ["everyone", "buildings", "tags", "households"] as const;

const EMPTY: Record<Audience["kind"], Audience> = {
  everyone: { kind: "everyone" },
  buildings: { kind: "buildings", buildingIds: [] },
  tags: { kind: "tags", tags: [] },
  households: { kind: "households", householdIds: [] },
};

/** Who gets it: everyone, or chosen by building, tag or one by one. */
export function AudienceField({
  audience,
  isWrong,
  onChange,
}: {
  audience: Audience;
  isWrong: boolean;
  onChange: (audience: Audience) => void;
}) {
  const t = useT();
  // What was chosen under another kind comes back with it.
  const [kept, setKept] = useState(EMPTY);
  const change = (next: Audience) => {
    setKept((before) => ({ ...before, [next.kind]: next }));
    onChange(next);
  };
  return (
    <FormControl error={isWrong} fullWidth>
      <RadioGroup
        row
        aria-label={t("grants.form.who")}
        value={audience.kind}
        onChange={(_event, kind) => {
          const next = KINDS.find((each) => each === kind);
          if (next !== undefined) onChange(kept[next]);
        }}
      >
        {KINDS.map((kind) => (
          <FormControlLabel
            key={kind}
            value={kind}
            control={<Radio size="small" />}
            label={t(`grants.form.whoKind.${kind}`)}
          />
        ))}
      </RadioGroup>
      <Box sx={{ mt: 0.5 }}>
        {audience.kind === "buildings" && <Buildings audience={audience} onChange={change} />}
        {audience.kind === "tags" && <Tags audience={audience} onChange={change} />}
        {audience.kind === "households" && (
          <HouseholdPicker
            chosen={audience.householdIds}
            onChange={(householdIds) => change({ kind: "households", householdIds })}
          />
        )}
      </Box>
      <FormHelperText sx={{ mx: 0 }}>
        {isWrong ? t("grants.form.field.audience") : t("grants.form.whoHelp")}
      </FormHelperText>
    </FormControl>
  );
}

function Buildings({
  audience,
  onChange,
}: {
  audience: Extract<Audience, { kind: "buildings" }>;
  onChange: (audience: Audience) => void;
}) {
  const t = useT();
  const { data: buildings = [] } = useBuildings();
  const { buildingIds } = audience;
  return (
    <FormGroup row aria-label={t("grants.form.whoKind.buildings")}>
      {buildings.map(({ id, name }) => (
        <FormControlLabel
          key={id}
          label={name}
          control={
            <Checkbox
              size="small"
              checked={buildingIds.includes(id)}
              onChange={(event) =>
                onChange({
                  kind: "buildings",
                  buildingIds: event.target.checked
                    ? [...buildingIds, id]
                    : buildingIds.filter((each) => each !== id),
                })
              }
            />
          }
        />
      ))}
    </FormGroup>
  );
}

const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,，、;；]/)
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

function Tags({
  audience,
  onChange,
}: {
  audience: Extract<Audience, { kind: "tags" }>;
  onChange: (audience: Audience) => void;
}) {
  const t = useT();
  const [text, setText] = useState(audience.tags.join(", "));
  return (
    <TextField
      fullWidth
      label={t("grants.form.tags")}
      helperText={t("grants.form.tagsHelp")}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange({ kind: "tags", tags: tagsIn(event.target.value) });
      }}
    />
  );
}
