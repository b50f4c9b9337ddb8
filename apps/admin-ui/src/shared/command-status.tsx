import type { CommandState } from "@hallmeter/meter-model";
import CheckIcon from "@mui/icons-material/CheckCircle";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import HelpIcon from "@mui/icons-material/HelpOutlined";
import { Box, CircularProgress, Typography } from "@mui/material";
import { useGetOne } from "react-admin";
import type { Command } from "../api/rows.ts";
import { codeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { Waiting } from "./waiting.tsx";

/** While a command is under way it is read this often, beside what the stream tells. */
const WATCH_MS = 1000;

const IN_FLIGHT: readonly CommandState[] = ["queued", "sent"];

export function CommandStateLine({ command }: { command: Pick<Command, "state" | "code" | "detail"> }) {
  const t = useT();
  const { state, code, detail } = command;
  const why = code === undefined ? null : (codeText(code, t) ?? detail ?? code);
  return (
    <Box
      component="span"
      sx={{ display: "inline-flex", alignItems: "center", gap: 0.75, "& svg": { fontSize: "1.1rem" } }}
    >
      {IN_FLIGHT.includes(state) && <CircularProgress size={14} aria-hidden />}
      {state === "confirmed" && <CheckIcon color="success" aria-hidden />}
      {(state === "failed" || state === "expired") && <ErrorIcon color="error" aria-hidden />}
      {state === "unknown" && <HelpIcon color="warning" aria-hidden />}
      <span>
        {t(`command.${state}`)}
        {why !== null && ` · ${why}`}
        {state === "unknown" && ` · ${t("command.unknownHelp")}`}
      </span>
    </Box>
  );
}

/** Follows one command: queued, sent, confirmed; or failed, expired, not known, and why. */
export function CommandStatus({ commandId }: { commandId: string }) {
  const t = useT();
  const { data } = useGetOne<Command>(
    "commands",
    { id: commandId },
    {
      retry: 3,
      refetchInterval: ({ state }) =>
        state.data === undefined || IN_FLIGHT.includes(state.data.state) ? WATCH_MS : false,
    },
  );
  if (data === undefined) return <Waiting rows={1} />;
  const action = t(`circuit.action.${data.action}`);
  return (
    <Typography role="status" variant="body2" aria-label={t("command.progress", { action })}>
      <strong>{action}</strong> · <CommandStateLine command={data} />
    </Typography>
  );
}
