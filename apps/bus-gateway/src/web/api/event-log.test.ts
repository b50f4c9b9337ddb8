import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UplinkItem } from "@hallmeter/meter-model";
import { pino } from "pino";
import { expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { GatewayStore } from "../../store/gateway-store.ts";
import { openLmdbTables } from "../../store/lmdb-tables.ts";
import { eventLog } from "./event-log.ts";

const at = "2026-01-01T00:00:00.000Z";
const items: UplinkItem[] = [
  {
    type: "event",
    id: "e1",
    at,
    kind: "hold-placed",
    subject: { circuitId: "c1" },
    params: { hold: "credit" },
  },
  {
    type: "alarm",
    key: "k",
    at,
    kind: "relay-fault",
    state: "raised",
    severity: "critical",
    subject: { circuitId: "c2" },
    params: {},
  },
  { type: "command-result", result: { commandId: "gone", state: "expired", at, code: "late" } },
  { type: "sale-result", result: { saleId: "s1", state: "written", at, isFinal: true, purchaseCount: 1 } },
];

// On the real tables: they refuse a key that is none, which tables in memory do not.
it("has a line for every kind of item that the store logs, newest first", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hallmeter-event-log-"));
  const log = pino({ enabled: false });
  const store = new GatewayStore({ tables: openLmdbTables(directory), clock: new VirtualClock(), log });
  try {
    await store.commit(store.sending(items));
    expect(eventLog(store, { limit: 10 }).map(({ what, details }) => [what, details])).toEqual([
      ["sale written", { purchaseCount: "1" }],
      ["command expired", { code: "late" }],
      ["relay-fault raised", {}],
      ["hold-placed", { hold: "credit" }],
    ]);
    expect(eventLog(store, { circuitId: "c1", limit: 10 })).toHaveLength(1);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
