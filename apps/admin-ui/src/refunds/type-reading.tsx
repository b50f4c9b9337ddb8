import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  MenuItem,
  TextField,
} from "@mui/material";
import { type FormEvent, useId, useState } from "react";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { parseAmountMinor } from "../format/decimal.ts";
import { useT } from "../i18n/use-t.ts";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import type { Withdrawal } from "./rows.ts";

const KWH_DIGITS = 3;

/** The final reading of a circuit whose meter does not answer, read off it by a person. */
export function TypeReading({ refundId, withdrawal }: { refundId: string; withdrawal: Withdrawal }) {
  const t = useT();
  const [isOpen, setIsOpen] = useState(false);
  const missing = withdrawal.readings.filter(({ state }) => state === "asked" || state === "silent");
  if (withdrawal.phase !== "reading" || missing.length === 0) return null;
  return (
    <Box>
      <Button size="small" variant="outlined" onClick={() => setIsOpen(true)}>
        {t("refunds.typeReading")}
      </Button>
      {isOpen && (
        <ReadingDialog
          refundId={refundId}
          householdId={withdrawal.householdId}
          circuits={missing}
          onClose={() => setIsOpen(false)}
        />
      )}
    </Box>
  );
}

function ReadingDialog({
  refundId,
  householdId,
  circuits,
  onClose,
}: {
  refundId: string;
  householdId: string;
  circuits: Withdrawal["readings"];
  onClose: () => void;
}) {
  const t = useT();
  const titleId = useId();
  const problemText = useProblemText();
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [circuitId, setCircuitId] = useState(circuits[0]?.circuitId ?? "");
  const [typed, setTyped] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const registerWh = parseAmountMinor(typed, KWH_DIGITS);
    if (registerWh === null) {
      setIsWrong(true);
      return;
    }
    if (isRunning) return;
    setIsRunning(true);
    setProblem(null);
    const body = { householdId, circuitId, registerWh };
    try {
      await dataProvider.act(`/refunds/${encodeURIComponent(refundId)}/readings`, body, act.keyFor(body));
      act.settle();
      onClose();
    } catch (error) {
      setProblem(error);
      setIsRunning(false);
    }
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId}>
      <form onSubmit={submit} noValidate>
        <DialogTitle id={titleId}>{t("refunds.typeReading")}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2 }}>
          <TextField
            select
            label={t("refunds.circuit")}
            value={circuitId}
            onChange={(event) => setCircuitId(event.target.value)}
            sx={{ mt: 1 }}
          >
            {circuits.map(({ circuitId: id, circuitName }) => (
              <MenuItem key={id} value={id}>
                {circuitName}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            autoFocus
            required
            label={t("refunds.register")}
            value={typed}
            error={isWrong}
            helperText={t(isWrong ? "refunds.registerBad" : "refunds.registerHelp")}
            onChange={(event) => {
              setTyped(event.target.value);
              setIsWrong(false);
            }}
            slotProps={{ htmlInput: { inputMode: "decimal", autoComplete: "off" } }}
          />
          {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          <Button color="inherit" onClick={onClose} disabled={isRunning}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" variant="contained" loading={isRunning}>
            {t("refunds.takeReading")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
