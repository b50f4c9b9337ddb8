import type { CommandAction, HoldKind } from "@hallmeter/meter-model";
import { Alert, Box, Button, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetIdentity } from "react-admin";
import type { Circuit, User, Why, WhyHold } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { CommandAsk, ConsoleDataProvider } from "../data/data-provider.ts";
import { instantOfWallTimeMs } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { CommandStatus } from "../shared/command-status.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { HoldList, HoldReason } from "../shared/hold-reason.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { mayRelease } from "./releasable.ts";

/** One thing that staff may ask of a circuit; `name` chooses its words. */
interface Act {
  name: "open" | "close" | "lockout" | "keep-power-on" | "keep-power-off" | "release" | "read";
  action: CommandAction;
  hold?: HoldKind;
  keepPower?: boolean;
}

/** What is offered now: what stands in the way decides which direction each switch has. */
function offeredActs(why: Why): Act[] {
  const has = (kind: HoldKind) => why.holds.some((hold) => hold.kind === kind);
  return [
    has("manual") ? { name: "close", action: "close" } : { name: "open", action: "open" },
    ...(has("lockout") ? [] : [{ name: "lockout", action: "lockout" } as const]),
    why.keepPower
      ? { name: "keep-power-off", action: "keep-power", keepPower: false }
      : { name: "keep-power-on", action: "keep-power", keepPower: true },
    { name: "read", action: "read" },
  ];
}

/** Asks why, sends once under one key, and follows the command to its end. */
function useCircuitActs(circuit: Pick<Circuit, "id" | "name">) {
  const t = useT();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const keyed = useKeyedAct();
  const { timeZone } = useSite();
  const [asking, setAsking] = useState<Act | null>(null);
  const [until, setUntil] = useState("");
  const [commandId, setCommandId] = useState<string | null>(null);

  const ask = (act: Act) => {
    setUntil("");
    setAsking(act);
  };

  async function send(act: Act, reason: string) {
    const command: CommandAsk = {
      action: act.action,
      reason,
      ...(act.hold !== undefined && { hold: act.hold }),
      ...(act.keepPower !== undefined && { keepPower: act.keepPower }),
      ...(act.action === "open" &&
        until !== "" && { until: new Date(instantOfWallTimeMs(until, timeZone)).toISOString() }),
    };
    setCommandId(await dataProvider.command(circuit.id, command, keyed.keyFor([circuit.id, command])));
    keyed.settle();
  }

  const wordsOf = (act: Act) =>
    act.hold === undefined
      ? t(`circuit.action.${act.name}`)
      : t("circuit.action.release-hold", { hold: t(`hold.kind.${act.hold}`) });

  const dialog = asking !== null && (
    <ConfirmWithReason
      title={wordsOf(asking)}
      help={t(`circuit.explain.${asking.name}`, { circuit: circuit.name })}
      confirmLabel={wordsOf(asking)}
      reasonRequired={asking.action !== "read"}
      color={
        asking.name === "open" || asking.name === "lockout" || asking.name === "keep-power-off"
          ? "error"
          : "primary"
      }
      onConfirm={(reason) => send(asking, reason)}
      onClose={() => setAsking(null)}
    >
      {asking.action === "open" && (
        <TextField
          type="datetime-local"
          label={t("confirm.until")}
          value={until}
          onChange={(event) => setUntil(event.target.value)}
          slotProps={{ inputLabel: { shrink: true } }}
        />
      )}
    </ConfirmWithReason>
  );
  return { ask, wordsOf, dialog, commandId };
}

/** Holds with their releases, and the switches; everything that changes a relay asks for a reason first. */
export function CircuitControl({
  circuit,
  why,
  releaseMinor,
}: {
  circuit: Pick<Circuit, "id" | "name" | "commissionedAt">;
  why: Why;
  releaseMinor?: number;
}) {
  const t = useT();
  const may = useMay();
  const { data: identity } = useGetIdentity();
  const { ask, wordsOf, dialog, commandId } = useCircuitActs(circuit);
  const user = identity as (User & { fullName?: string }) | undefined;

  const isCommissioned = circuit.commissionedAt !== null;
  const releaseButton = (hold: WhyHold) =>
    isCommissioned && hold.kind !== "manual" && user !== undefined && mayRelease(hold, user) ? (
      <Button
        size="small"
        variant="outlined"
        onClick={() => ask({ name: "release", action: "release", hold: hold.kind })}
      >
        {t("circuit.action.release-hold", { hold: t(`hold.kind.${hold.kind}`) })}
      </Button>
    ) : undefined;
  const acts = offeredActs(why).filter(({ action }) => may(`circuits.${action}`));

  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      {why.holds.length === 0 ? (
        <Typography variant="body2">{t("circuit.whyOn")}</Typography>
      ) : (
        <HoldList>
          {why.holds.map((hold) => (
            <HoldReason
              key={hold.kind}
              hold={hold}
              action={releaseButton(hold)}
              {...(releaseMinor !== undefined && { releaseMinor })}
            />
          ))}
        </HoldList>
      )}
      {!isCommissioned && <Alert severity="info">{t("circuit.notCommissioned")}</Alert>}
      {isCommissioned && acts.length > 0 && (
        <Box
          role="group"
          aria-label={t("circuit.actions")}
          sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}
        >
          {acts.map((act) => (
            <Button
              key={act.name}
              size="small"
              variant="outlined"
              color={act.name === "open" || act.name === "lockout" ? "error" : "primary"}
              onClick={() => ask(act)}
            >
              {wordsOf(act)}
            </Button>
          ))}
        </Box>
      )}
      {commandId !== null && <CommandStatus key={commandId} commandId={commandId} />}
      {dialog}
    </Box>
  );
}
