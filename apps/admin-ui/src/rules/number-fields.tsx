import { useT } from "../i18n/use-t.ts";
import { DecimalField } from "../shared/decimal-field.tsx";
import type { rulesEn } from "./messages.en.ts";

type Label = keyof typeof rulesEn.rules.fields;

type NumberOf<Rule> = { [Name in keyof Rule]-?: Rule[Name] extends number ? Name : never }[keyof Rule];

/** One number of a rule; its words are those of its name, unless it is given others. */
export type NumberField<Rule> = {
  digits?: number;
  unit?: string;
  width?: number;
  most?: number;
} & ({ name: NumberOf<Rule> & Label; label?: Label } | { name: NumberOf<Rule> & string; label: Label });

/** The plain numbers of a rule, one field each. */
export function NumberFields<Rule extends object>({
  rule,
  fields,
  onChange,
}: {
  rule: Rule;
  fields: readonly NumberField<Rule>[];
  onChange: (rule: Rule) => void;
}) {
  const t = useT();
  return fields.map((field) => {
    const { name, digits = 0, unit, width, most } = field;
    return (
      <DecimalField
        key={name}
        label={t(`rules.fields.${field.label === undefined ? field.name : field.label}`)}
        value={Number(rule[name])}
        digits={digits}
        {...(unit !== undefined && { unit })}
        {...(width !== undefined && { width })}
        {...(most !== undefined && { most })}
        onChange={(value) => onChange({ ...rule, [name]: value })}
      />
    );
  });
}
