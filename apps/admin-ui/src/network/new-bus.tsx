import type { PipeConfig } from "@hallmeter/meter-model";
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  TextField,
} from "@mui/material";
import { type FormEvent, useId, useState } from "react";
import { type RaRecord, useCreate } from "react-admin";
import type { Bus } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import type { Gateway } from "./rows.ts";

const KINDS = ["serial", "rtu-tcp", "modbus-tcp", "dial-in"] as const satisfies readonly PipeConfig["kind"][];
const BAUDS = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] as const;
const PARITIES = ["none", "even", "odd"] as const;

interface Draft {
  gatewayId: string;
  name: string;
  kind: (typeof KINDS)[number];
  path: string;
  host: string;
  port: string;
  registration: string;
  baud: number;
  parity: (typeof PARITIES)[number];
}

function pipeOf({ kind, path, host, port, registration }: Draft): object {
  switch (kind) {
    case "serial":
      return { kind, path: path.trim() };
    case "dial-in":
      return { kind, registration: registration.trim() };
    default:
      return { kind, host: host.trim(), port: Number(port) };
  }
}

/** One RS485 segment and how its gateway reaches it. */
export function BusForm({ gateways, onMade }: { gateways: readonly Gateway[]; onMade: (bus: Bus) => void }) {
  const t = useT();
  const problemText = useProblemText();
  const formId = useId();
  const [create, { isPending, error }] = useCreate<RaRecord, Error, Bus>();
  const [draft, setDraft] = useState<Draft>({
    ...{ gatewayId: gateways[0]?.id ?? "", name: "", kind: "rtu-tcp", path: "/dev/ttyUSB0" },
    ...{ host: "", port: "4001", registration: "", baud: 9600, parity: "none" },
  });
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  async function submit(event: FormEvent) {
    event.preventDefault();
    const { gatewayId, name, baud, parity } = draft;
    const data = { gatewayId, name: name.trim(), pipe: pipeOf(draft), line: { baud, parity, stopBits: 1 } };
    const made = await create("buses", { data }, { returnPromise: true }).catch(() => undefined);
    if (made !== undefined) onMade(made);
  }
  return (
    <Box
      component="form"
      id={formId}
      onSubmit={submit}
      sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" }, pt: 1 }}
    >
      <TextField
        required
        label={t("network.busName")}
        value={draft.name}
        onChange={(event) => set({ name: event.target.value })}
        slotProps={{ htmlInput: { maxLength: 120 } }}
      />
      <ChoiceField
        label={t("network.gateway")}
        value={draft.gatewayId}
        choices={gateways.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(gatewayId) => set({ gatewayId })}
      />
      <ChoiceField
        label={t("network.pipe")}
        value={draft.kind}
        choices={KINDS.map((value) => ({ value, label: t(`network.pipeKind.${value}`) }))}
        onChange={(kind) => set({ kind })}
        helperText={t(`network.pipeHelp.${draft.kind}`)}
        sx={{ gridColumn: "1 / -1" }}
      />
      {draft.kind === "serial" && (
        <TextField
          required
          label={t("network.path")}
          value={draft.path}
          onChange={(event) => set({ path: event.target.value })}
          sx={{ gridColumn: "1 / -1" }}
        />
      )}
      {draft.kind === "dial-in" && (
        <TextField
          required
          label={t("network.registration")}
          value={draft.registration}
          onChange={(event) => set({ registration: event.target.value })}
          sx={{ gridColumn: "1 / -1" }}
        />
      )}
      {(draft.kind === "rtu-tcp" || draft.kind === "modbus-tcp") && (
        <>
          <TextField
            required
            label={t("network.host")}
            value={draft.host}
            onChange={(event) => set({ host: event.target.value })}
          />
          <TextField
            required
            type="number"
            label={t("network.port")}
            value={draft.port}
            onChange={(event) => set({ port: event.target.value })}
            slotProps={{ htmlInput: { min: 1, max: 65_535 } }}
          />
        </>
      )}
      <ChoiceField
        label={t("network.baud")}
        value={draft.baud}
        choices={BAUDS.map((value) => ({ value, label: String(value) }))}
        onChange={(baud) => set({ baud })}
      />
      <ChoiceField
        label={t("network.parity")}
        value={draft.parity}
        choices={PARITIES.map((value) => ({ value, label: t(`network.parityKind.${value}`) }))}
        onChange={(parity) => set({ parity })}
      />
      {error != null && (
        <Alert severity="error" sx={{ gridColumn: "1 / -1" }}>
          {problemText(error)}
        </Alert>
      )}
      <Box sx={{ gridColumn: "1 / -1" }}>
        <Button type="submit" variant="contained" loading={isPending}>
          {t("network.addBus")}
        </Button>
      </Box>
    </Box>
  );
}

export function NewBus({
  gateways,
  onClose,
  onAdded,
}: {
  gateways: readonly Gateway[];
  onClose: () => void;
  onAdded: (busId: string) => void;
}) {
  const t = useT();
  const titleId = useId();
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} fullWidth maxWidth="sm">
      <DialogTitle id={titleId}>{t("network.addBus")}</DialogTitle>
      <DialogContent>
        <BusForm
          gateways={gateways}
          onMade={({ id }) => {
            onAdded(id);
            onClose();
          }}
        />
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        <Button onClick={onClose} color="inherit">
          {t("common.cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
