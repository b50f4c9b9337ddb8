import { Alert, Box, Button, FormControlLabel, Switch, TextField, Typography } from "@mui/material";
import { type FormEvent, type ReactNode, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { Section } from "../shared/section.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import { AudienceField } from "./audience-field.tsx";
import { type DraftField, type PolicyDraft, readDraft } from "./policy-draft.ts";
import { monthKey } from "./policy-sentence.ts";
import type { GrantPolicyFields } from "./rows.ts";
import { usePolicyWords } from "./use-policy-words.ts";

const MAX_NAME_LENGTH = 80;
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
const PER = ["resident", "household"] as const;
const CARRY = ["none", "months", "unlimited"] as const;
const EXPIRY = ["never", "days", "yearly"] as const;
const NOTHING_WRONG: ReadonlySet<DraftField> = new Set();

interface Props {
  initial: PolicyDraft;
  help?: string;
  onSave: (policy: GrantPolicyFields) => Promise<void>;
  onCancel: () => void;
}

/** A policy as five plain questions; the sentence that it makes is read back before it is saved. */
export function PolicyForm({ initial, help, onSave, onCancel }: Props) {
  const t = useT();
  const problemText = useProblemText();
  const { currencyDigits } = useSite();
  const [draft, setDraft] = useState(initial);
  const [wasSubmitted, setWasSubmitted] = useState(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const read = readDraft(draft, currencyDigits);
  const wrong = wasSubmitted && "wrong" in read ? read.wrong : NOTHING_WRONG;
  const set = (change: Partial<PolicyDraft>) => setDraft((before) => ({ ...before, ...change }));

  async function submit(event: FormEvent) {
    event.preventDefault();
    setWasSubmitted(true);
    if (isRunning || !("policy" in read)) return;
    setIsRunning(true);
    setProblem(null);
    try {
      await onSave(read.policy);
    } catch (error) {
      setProblem(error);
      setIsRunning(false);
    }
  }

  const parts = { draft, wrong, set };
  return (
    <Box
      component="form"
      noValidate
      onSubmit={submit}
      sx={{
        display: "grid",
        gap: 2,
        alignItems: "start",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 640px) minmax(280px, 380px)" },
      }}
    >
      <Box sx={{ display: "grid", gap: 2 }}>
        {help !== undefined && <Alert severity="info">{help}</Alert>}
        <WhatItIs {...parts} />
        <Section title={t("grants.form.who")}>
          <AudienceField
            audience={draft.audience}
            isWrong={wrong.has("audience")}
            onChange={(audience) => set({ audience })}
          />
        </Section>
        <WhatTheyGet {...parts} />
        <WhenItIsGiven {...parts} />
        <WhatIsLeft {...parts} />
      </Box>
      <Box sx={{ position: { lg: "sticky" }, top: { lg: 72 }, display: "grid", gap: 2 }}>
        <Section title={t("grants.form.reads")}>
          <ReadBack policy={"policy" in read ? read.policy : null} />
          {wrong.size > 0 && (
            <Alert severity="warning" sx={{ mt: 2 }}>
              {t("grants.form.wrong")}
            </Alert>
          )}
          {problem !== null && (
            <Alert severity="error" sx={{ mt: 2 }}>
              {problemText(problem)}
            </Alert>
          )}
          <Box sx={{ display: "flex", gap: 1, mt: 2 }}>
            <Button type="submit" variant="contained" loading={isRunning}>
              {t("grants.form.save")}
            </Button>
            <Button color="inherit" onClick={onCancel}>
              {t("common.cancel")}
            </Button>
          </Box>
        </Section>
      </Box>
    </Box>
  );
}

function ReadBack({ policy }: { policy: GrantPolicyFields | null }) {
  const words = usePolicyWords();
  if (policy === null)
    return (
      <Typography variant="body1" color="textSecondary">
        …
      </Typography>
    );
  const { gift, rest } = words(policy);
  return (
    <Box role="status" sx={{ display: "grid", gap: 1 }}>
      <Typography variant="body1">{gift}</Typography>
      <Typography variant="body2" color="textSecondary">
        {rest}
      </Typography>
    </Box>
  );
}

interface Part {
  draft: PolicyDraft;
  wrong: ReadonlySet<DraftField>;
  set: (change: Partial<PolicyDraft>) => void;
}

const Row = ({ children }: { children: ReactNode }) => (
  <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "start" }}>{children}</Box>
);

function WhatItIs({ draft, wrong, set }: Part) {
  const t = useT();
  return (
    <Section title={t("grants.form.basics")}>
      <TextField
        fullWidth
        required
        label={t("grants.form.name")}
        value={draft.name}
        error={wrong.has("name")}
        helperText={wrong.has("name") ? t("grants.form.field.name") : t("grants.form.nameHelp")}
        onChange={(event) => set({ name: event.target.value })}
        slotProps={{ htmlInput: { maxLength: MAX_NAME_LENGTH } }}
        sx={{ mt: 0.5 }}
      />
    </Section>
  );
}

function WhatTheyGet({ draft, wrong, set }: Part) {
  const t = useT();
  const { currency } = useSite();
  return (
    <Section title={t("grants.form.what")}>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <ToggleChips
          label={t("grants.form.what")}
          options={(["energy", "money"] as const).map((value) => ({
            value,
            label: t(`grants.form.kind.${value}`),
          }))}
          value={draft.giftKind}
          onChange={(giftKind) => set({ giftKind })}
        />
        <Row>
          <TextField
            required
            label={
              draft.giftKind === "energy"
                ? t("grants.form.amountEnergy")
                : t("grants.form.amountMoney", { currency })
            }
            value={draft.amount}
            error={wrong.has("amount")}
            helperText={wrong.has("amount") ? t("grants.form.field.amount") : " "}
            onChange={(event) => set({ amount: event.target.value })}
            slotProps={{ htmlInput: { inputMode: "decimal", autoComplete: "off" } }}
            sx={{ width: 200 }}
          />
          <ChoiceField
            label={t("grants.form.perLabel")}
            value={draft.per}
            choices={PER.map((value) => ({ value, label: t(`grants.form.per.${value}`) }))}
            onChange={(per) => set({ per })}
            sx={{ width: 200 }}
          />
        </Row>
        <Typography variant="caption" color="textSecondary">
          {t("grants.form.kindHelp")}
        </Typography>
      </Box>
    </Section>
  );
}

function WhenItIsGiven({ draft, wrong, set }: Part) {
  const t = useT();
  const { excludedMonths } = draft;
  return (
    <Section title={t("grants.form.when")}>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <Row>
          <TextField
            required
            label={t("grants.form.dayOfMonth")}
            value={draft.dayOfMonth}
            error={wrong.has("dayOfMonth")}
            helperText={t(wrong.has("dayOfMonth") ? "grants.form.field.dayOfMonth" : "grants.form.dayHelp")}
            onChange={(event) => set({ dayOfMonth: event.target.value })}
            slotProps={{ htmlInput: { inputMode: "numeric" } }}
            sx={{ width: 200, mt: 0.5 }}
          />
          <Box sx={{ flex: "1 1 240px" }}>
            <FormControlLabel
              control={
                <Switch
                  checked={draft.isAutomatic}
                  onChange={(event) => set({ isAutomatic: event.target.checked })}
                />
              }
              label={t("grants.form.automatic")}
            />
            <Typography variant="caption" color="textSecondary" component="p" sx={{ m: 0 }}>
              {t("grants.form.automaticHelp")}
            </Typography>
          </Box>
        </Row>
        <Box>
          <Typography variant="body2" aria-hidden sx={{ mb: 0.5 }}>
            {t("grants.form.excluded")}
          </Typography>
          <Box
            role="group"
            aria-label={t("grants.form.excluded")}
            sx={{ display: "flex", flexWrap: "wrap", gap: 0.5 }}
          >
            {MONTHS.map((month) => {
              const isOut = excludedMonths.includes(month);
              return (
                <Button
                  key={month}
                  size="small"
                  variant={isOut ? "contained" : "outlined"}
                  color={isOut ? "primary" : "inherit"}
                  sx={isOut ? {} : { borderColor: "divider" }}
                  aria-pressed={isOut}
                  onClick={() =>
                    set({
                      excludedMonths: isOut
                        ? excludedMonths.filter((each) => each !== month)
                        : [...excludedMonths, month].sort((a, b) => a - b),
                    })
                  }
                >
                  {t(monthKey(month))}
                </Button>
              );
            })}
          </Box>
          <Typography variant="caption" color={wrong.has("excludedMonths") ? "error" : "textSecondary"}>
            {t(wrong.has("excludedMonths") ? "grants.form.field.excludedMonths" : "grants.form.excludedHelp")}
          </Typography>
        </Box>
        <Row>
          <DayField field="validFrom" {...{ draft, wrong, set }} />
          <DayField field="validUntil" {...{ draft, wrong, set }} />
        </Row>
      </Box>
    </Section>
  );
}

function DayField({ field, draft, wrong, set }: Part & { field: "validFrom" | "validUntil" }) {
  const t = useT();
  return (
    <TextField
      type="date"
      required={field === "validFrom"}
      label={t(`grants.form.${field}`)}
      value={draft[field]}
      error={wrong.has(field)}
      helperText={wrong.has(field) ? t(`grants.form.field.${field}`) : " "}
      onChange={(event) => set({ [field]: event.target.value })}
      slotProps={{ inputLabel: { shrink: true } }}
      sx={{ width: 200 }}
    />
  );
}

function WhatIsLeft({ draft, wrong, set }: Part) {
  const t = useT();
  return (
    <Section title={t("grants.form.rest")}>
      <Box sx={{ display: "grid", gap: 1 }}>
        <Row>
          <ChoiceField
            label={t("grants.form.rest")}
            value={draft.carry}
            choices={CARRY.map((value) => ({ value, label: t(`grants.form.carry.${value}`) }))}
            onChange={(carry) => set({ carry })}
            sx={{ flex: "1 1 260px", mt: 0.5 }}
          />
          {draft.carry === "months" && <NumberField field="carryMonths" {...{ draft, wrong, set }} />}
        </Row>
        <Row>
          <ChoiceField
            label={t("grants.form.expiryLabel")}
            value={draft.expiry}
            choices={EXPIRY.map((value) => ({ value, label: t(`grants.form.expiry.${value}`) }))}
            onChange={(expiry) => set({ expiry })}
            sx={{ flex: "1 1 260px", mt: 0.5 }}
          />
          {draft.expiry === "days" && <NumberField field="expiryDays" {...{ draft, wrong, set }} />}
          {draft.expiry === "yearly" && <NumberField field="expiryMonthDay" {...{ draft, wrong, set }} />}
        </Row>
      </Box>
    </Section>
  );
}

function NumberField({
  field,
  draft,
  wrong,
  set,
}: Part & { field: "carryMonths" | "expiryDays" | "expiryMonthDay" }) {
  const t = useT();
  return (
    <TextField
      required
      label={t(`grants.form.${field}`)}
      value={draft[field]}
      error={wrong.has(field)}
      helperText={wrong.has(field) ? t(`grants.form.field.${field}`) : " "}
      onChange={(event) => set({ [field]: event.target.value })}
      sx={{ width: 160, mt: 0.5 }}
    />
  );
}
