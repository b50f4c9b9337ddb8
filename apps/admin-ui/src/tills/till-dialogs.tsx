import { Box, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { parseAmountMinor } from "../format/decimal.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { AmountField } from "./amount-field.tsx";
import { TAKINGS, type Takings, type Till, type TillShift } from "./rows.ts";
import { useAmount } from "./use-amount.ts";

const MAX_REASON_LENGTH = 200;
const MAX_NOTE_LENGTH = 500;

/** Sends what a dialog asks for, once under its key, and reads the pages again. */
function useTillAct() {
  const keyed = useKeyedAct();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return async (path: string, body: object) => {
    await dataProvider.act(path, body, keyed.keyFor([path, body]));
    keyed.settle();
    refresh();
  };
}

export function OpenTillDialog({ tills, onClose }: { tills: readonly Till[]; onClose: () => void }) {
  const t = useT();
  const act = useTillAct();
  const { currencyDigits } = useSite();
  const [tillId, setTillId] = useState(tills[0]?.id ?? "");
  const [float, setFloat] = useState("");
  const floatMinor = parseAmountMinor(float, currencyDigits);
  return (
    <FormDialog
      title={t("tills.open")}
      submitLabel={t("tills.open")}
      canSubmit={tillId !== "" && floatMinor !== null}
      onSubmit={() => act(`/tills/${encodeURIComponent(tillId)}/shifts`, { floatMinor })}
      onClose={onClose}
    >
      <Typography variant="body2">{t("tills.openHelp")}</Typography>
      <ChoiceField
        label={t("tills.till")}
        value={tillId}
        choices={tills.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={setTillId}
      />
      <AmountField
        autoFocus
        label={t("tills.float")}
        value={float}
        isBad={float !== "" && floatMinor === null}
        onChange={setFloat}
        helperText={t("tills.floatHelp")}
      />
    </FormDialog>
  );
}

const MOVEMENTS = ["cash-in", "cash-out"] as const;

export function MoveCashDialog({ shift, onClose }: { shift: TillShift; onClose: () => void }) {
  const t = useT();
  const act = useTillAct();
  const [kind, setKind] = useState<(typeof MOVEMENTS)[number]>("cash-out");
  const { minor: amountMinor, field } = useAmount();
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t("tills.move")}
      submitLabel={t("tills.move")}
      canSubmit={amountMinor !== null && reason.trim() !== ""}
      onSubmit={() =>
        act(`/till-shifts/${encodeURIComponent(shift.id)}/movements`, {
          kind,
          amountMinor,
          reason: reason.trim(),
        })
      }
      onClose={onClose}
    >
      <ChoiceField
        label={t("tills.direction")}
        value={kind}
        choices={MOVEMENTS.map((value) => ({ value, label: t(`tills.movement.${value}`) }))}
        onChange={setKind}
      />
      <AmountField autoFocus label={t("tills.amount")} {...field} />
      <TextField
        required
        label={t("confirm.reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON_LENGTH } }}
      />
    </FormDialog>
  );
}

/** Counted first, then compared: the expected figure is shown beside each field, with the difference as it is typed. */
export function CloseTillDialog({ shift, onClose }: { shift: TillShift; onClose: () => void }) {
  const t = useT();
  const act = useTillAct();
  const format = useFormat();
  const { currencyDigits } = useSite();
  const [typed, setTyped] = useState<Record<keyof Takings, string>>({
    cash: "",
    card: format.amount(shift.expected.card),
    transfer: format.amount(shift.expected.transfer),
  });
  const [note, setNote] = useState("");
  const counted = Object.fromEntries(
    TAKINGS.map((method) => [method, parseAmountMinor(typed[method], currencyDigits)]),
  ) as Record<keyof Takings, number | null>;
  const isCounted = TAKINGS.every((method) => counted[method] !== null);
  const differs = TAKINGS.some(
    (method) => counted[method] !== null && counted[method] !== shift.expected[method],
  );
  return (
    <FormDialog
      title={t("tills.close")}
      submitLabel={t("tills.close")}
      canSubmit={isCounted && (!differs || note.trim() !== "")}
      onSubmit={() =>
        act(`/till-shifts/${encodeURIComponent(shift.id)}/close`, { counted, note: note.trim() })
      }
      onClose={onClose}
    >
      <Typography variant="body2">{t("tills.closeHelp")}</Typography>
      {TAKINGS.map((method) => {
        const value = counted[method];
        const difference = value === null ? null : value - shift.expected[method];
        return (
          <Box key={method} sx={{ display: "grid", gap: 0.5 }}>
            <AmountField
              autoFocus={method === "cash"}
              label={t(`tills.counted.${method}`)}
              value={typed[method]}
              isBad={typed[method] !== "" && value === null}
              onChange={(next) => setTyped({ ...typed, [method]: next })}
            />
            <Typography
              variant="caption"
              color={difference === null || difference === 0 ? "textSecondary" : "error"}
            >
              {t("tills.expected", { amount: format.money(shift.expected[method]) })}
              {difference !== null && difference !== 0 && (
                <>
                  {" · "}
                  {t(difference < 0 ? "tills.missing" : "tills.over", {
                    amount: format.money(Math.abs(difference)),
                  })}
                </>
              )}
            </Typography>
          </Box>
        );
      })}
      <TextField
        label={t("tills.note")}
        required={differs}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        helperText={differs ? t("tills.noteHelp") : undefined}
        slotProps={{ htmlInput: { maxLength: MAX_NOTE_LENGTH } }}
      />
      <Typography variant="body2">
        {t("common.named", { name: t("tills.float"), value: format.money(shift.floatMinor) })}
      </Typography>
    </FormDialog>
  );
}
