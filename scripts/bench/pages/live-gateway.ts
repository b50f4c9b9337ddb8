import type { UplinkItem } from "@hallmeter/meter-model";
import { type LargeSite, sampleOf } from "./large-site.ts";

/** Of a large campus: each second readings of so many circuits, and so many relays that moved. */
const SAMPLES = 400;
const STATES = 60;
const INTERVAL_MS = 1000;

/** A gateway that reports each second until it is stopped; resolves with the reports that were taken. */
export function reportLive(origin: string, { gatewayToken, circuits }: LargeSite): () => Promise<number> {
  let isOver = false;
  let taken = 0;
  const beginMs = Date.now();
  const report = async (round: number) => {
    const chosen = (index: number) => circuits[(round * SAMPLES + index) % circuits.length];
    const at = new Date().toISOString();
    const items: UplinkItem[] = [];
    for (let index = 0; index < SAMPLES; index += 1) {
      const circuit = chosen(index);
      if (circuit === undefined) continue;
      circuit.wh += 10;
      items.push({
        type: "sample",
        sample: sampleOf(circuit, Date.now(), 60 + ((index * 7 + round * 13) % 90)),
      });
      if (index >= STATES) continue;
      const relay = round % 2 === 0 ? "open" : "closed";
      items.push({
        ...{ type: "circuit-state", circuitId: circuit.circuitId, at, revision: beginMs + round },
        ...{ relay, intended: relay, presence: "online", keepPower: false, holds: [] },
      });
    }
    const answer = await fetch(`${origin}/api/v1/gateway/batches`, {
      method: "POST",
      headers: { authorization: `Bearer ${gatewayToken}`, "content-type": "application/json" },
      body: JSON.stringify({ sequence: beginMs + round, sentAt: at, items }),
    });
    if (!answer.ok) throw new Error(`a report was answered ${answer.status}: ${await answer.text()}`);
    taken += 1;
  };
  const run = async () => {
    for (let round = 0; !isOver; round += 1) {
      const dueMs = performance.now() + INTERVAL_MS;
      await report(round);
      await new Promise((done) => setTimeout(done, Math.max(0, dueMs - performance.now())));
    }
    return taken;
  };
  const running = run();
  return () => {
    isOver = true;
    return running;
  };
}
