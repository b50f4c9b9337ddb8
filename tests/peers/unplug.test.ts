import { acrelAdf400l } from "@hallmeter/meter-model";
import pino from "pino";
import { describe, expect, it } from "vitest";
import type { BusEvents } from "../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { parseBusUrl } from "../../apps/bus-gateway/src/tools/bus-url.ts";
import { hasPymodbus, startSerialSlave } from "./pymodbus-slave.ts";
import { hasSocat } from "./serial-cable.ts";

describe.skipIf(!hasPymodbus || !hasSocat)("a serial port (needs python3-pymodbus and socat)", () => {
  it("is opened again after it was unplugged, and the poll plan goes on", async () => {
    const peer = await startSerialSlave();
    const bus = openBus({
      id: "peer",
      ...parseBusUrl(peer.url),
      clock: systemClock,
      log: pino({ level: "silent" }),
      random: () => 0.5,
    });
    const next = <E extends keyof BusEvents>(event: E, matches: (value: BusEvents[E]) => boolean) =>
      new Promise<BusEvents[E]>((resolve) => {
        const stop = bus.on(event, (value) => {
          if (!matches(value)) return;
          stop();
          resolve(value);
        });
      });
    try {
      const block = { name: "voltage", function: 3, address: 0x0300, count: 1 } as const;
      const first = next("reply", () => true);
      bus.setPollPlan([
        {
          key: "13",
          unitId: 13,
          blocks: [block],
          holes: [],
          profile: acrelAdf400l,
          intervalMs: 1000,
          lane: "poll",
        },
      ]);
      expect(await first).toMatchObject({ key: "13", replies: [{ words: [2301] }] });

      const alarm = next("bus", (event) => event.kind === "state" && event.alarm);
      await peer.unplug();
      // Attempts after a quarter, a half and a whole second fail as well; the third failure is an alarm.
      expect(await alarm).toMatchObject({ state: "down", failures: 3 });
      const read = bus.read({ lane: "person", unitId: 13, block, profile: acrelAdf400l });
      await expect(read).rejects.toMatchObject({ code: "bus-down" });

      const again = next("reply", () => true);
      await peer.plug();
      expect(await again).toMatchObject({ key: "13", replies: [{ words: [2301] }] });
    } finally {
      await bus.close();
      await peer.stop();
    }
  });
});
