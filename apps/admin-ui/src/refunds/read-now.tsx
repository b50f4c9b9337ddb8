import { Box, Button } from "@mui/material";
import { useState } from "react";
import { useDataProvider } from "react-admin";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { CommandStatus } from "../shared/command-status.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";

/** Asks the meters of a household for what they show now. */
export function ReadNow({ circuitIds, onAsked }: { circuitIds: readonly string[]; onAsked: () => void }) {
  const t = useT();
  const mayRead = useMay()("circuits.read");
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [commandIds, setCommandIds] = useState<string[]>([]);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  if (!mayRead || circuitIds.length === 0) return null;

  async function read() {
    setIsRunning(true);
    setProblem(null);
    try {
      const ids: string[] = [];
      for (const circuitId of circuitIds) {
        const command = { action: "read", reason: t("refunds.readReason") };
        ids.push(await dataProvider.command(circuitId, command, act.keyFor({ circuitId, command })));
        act.settle();
      }
      setCommandIds(ids);
      onAsked();
    } catch (error) {
      setProblem(error);
    } finally {
      setIsRunning(false);
    }
  }

  return (
    <Box sx={{ display: "grid", gap: 1, justifyItems: "start" }}>
      <Button size="small" variant="outlined" loading={isRunning} onClick={() => void read()}>
        {t("refunds.readNow")}
      </Button>
      {problem !== null && <LoadFailed error={problem} />}
      {commandIds.map((id) => (
        <CommandStatus key={id} commandId={id} />
      ))}
    </Box>
  );
}
