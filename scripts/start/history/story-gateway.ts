import type { CommandResult, Sample, UplinkItem } from "@hallmeter/meter-model";
import type { PastReading, PastUse } from "../demo-use.ts";

/** Samples of one request: the contract takes 1000 items. */
const MOST_ITEMS = 1000;
const VOLTAGE_V = 230;
/** A room's mixture of lamps and motors, and the 24 h clock of a mains that is never quite 50 Hz. */
const POWER_FACTOR_MILLI = 972;

/** One circuit that the story's gateway reads. */
export interface StoryCircuit {
  circuitId: string;
  phases: 1 | 3;
  past: PastUse;
}

/** What the gateway would have sent, had it been there. */
export interface StoryGateway {
  /** Every reading up to an instant that was not sent yet. */
  sendReadings(circuits: readonly StoryCircuit[], toMs: number, everyQuarters: number): Promise<void>;
  send(items: readonly UplinkItem[]): Promise<void>;
  /** Answers what it was asked to read since it was last asked, with what the registers show now. */
  answerReads(circuits: readonly StoryCircuit[], nowMs: number): Promise<void>;
}

export function storyGateway(origin: string, token: string, now: () => Date): StoryGateway {
  let sequence = 0;
  let heardUpTo = 0;
  let readUpToMs = 0;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };

  async function send(items: readonly UplinkItem[]): Promise<void> {
    sequence += 1;
    const response = await fetch(`${origin}/api/v1/gateway/batches`, {
      method: "POST",
      headers,
      body: JSON.stringify({ sequence, sentAt: now().toISOString(), items }),
    });
    const answer = (await response.json()) as { rejected?: unknown[] };
    if (!response.ok || answer.rejected?.length !== 0)
      throw new Error(`batch ${sequence} was answered ${response.status}: ${JSON.stringify(answer)}`);
  }

  async function newCommands(): Promise<{ id: string; circuitId: string; action: string }[]> {
    const response = await fetch(`${origin}/api/v1/gateway/messages?after=${heardUpTo}`, { headers });
    const messages = (await response.json()) as {
      type: string;
      sequence: number;
      command?: { id: string; circuitId: string; action: string };
    }[];
    heardUpTo = messages.at(-1)?.sequence ?? heardUpTo;
    const commands = messages.flatMap(({ command }) => command ?? []);
    // Told in pages: an empty one is the last.
    return messages.length === 0 ? commands : [...commands, ...(await newCommands())];
  }

  return {
    send,
    async sendReadings(circuits, toMs, everyQuarters) {
      let items: UplinkItem[] = [];
      for (const circuit of circuits) {
        const samples = circuit.past
          .readings(readUpToMs, toMs, everyQuarters)
          .map((reading): UplinkItem => ({ type: "sample", sample: sampleOf(circuit, reading) }));
        if (items.length + samples.length > MOST_ITEMS) {
          await send(items);
          items = [];
        }
        items.push(...samples);
      }
      if (items.length > 0) await send(items);
      readUpToMs = toMs;
    },
    async answerReads(circuits, nowMs) {
      const items = (await newCommands())
        .filter(({ action }) => action === "read")
        .flatMap(({ id, circuitId }): UplinkItem[] => {
          const circuit = circuits.find((candidate) => candidate.circuitId === circuitId);
          const reading = circuit?.past.readings(0, nowMs).at(-1);
          if (!circuit || !reading) return [];
          const result: CommandResult = { commandId: id, state: "confirmed", at: at(nowMs) };
          return [
            { type: "sample", sample: sampleOf(circuit, { ...reading, atMs: nowMs }) },
            { type: "command-result", result },
          ];
        });
      if (items.length > 0) await send(items);
    },
  };
}

const at = (ms: number) => new Date(ms).toISOString();

function sampleOf({ circuitId, phases }: StoryCircuit, reading: PastReading): Sample {
  const { atMs, energyWh, activePowerW } = reading;
  const apparentVa = (activePowerW * 1000) / POWER_FACTOR_MILLI;
  return {
    circuitId,
    at: at(atMs),
    energyWh,
    activePowerW,
    reactivePowerVar: Math.round(Math.sqrt(Math.max(0, apparentVa ** 2 - activePowerW ** 2))),
    voltageDv: VOLTAGE_V * 10 - (activePowerW % 37),
    currentCa: Math.round((apparentVa / (VOLTAGE_V * phases)) * 100),
    powerFactorMilli: POWER_FACTOR_MILLI,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
  };
}
