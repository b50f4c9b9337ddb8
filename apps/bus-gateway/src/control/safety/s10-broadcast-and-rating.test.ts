import {
  acrelAdf400l,
  type Dlt645Write,
  dlt645Prepaid,
  dlt645TimeBroadcast,
  profileVariant,
  relayWrite,
  unitIdSchema,
} from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { BROADCAST_ADDRESS } from "../../protocol/dlt645/address.ts";
import { Dlt645Client } from "../../protocol/dlt645/dlt645-client.ts";
import type { LineDiscipline } from "../../protocol/line/line-discipline.ts";
import { circuitConfig, POLICY } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { CREDIT_CUT } from "../../testing/switch-view.ts";
import { decideOperation } from "./decide-operation.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const start = startedRigs();

describe("S10: no broadcast writes except time", () => {
  const sent: Uint8Array[] = [];
  const line = {
    transact: async (frame: Uint8Array) => {
      sent.push(frame);
      return { kind: "failure", code: "reply-timeout", earliestEndMs: 0 };
    },
  };
  const client = new Dlt645Client(line as unknown as LineDiscipline);
  const timing = { gapMs: 0, allowanceMs: 500 } as Parameters<Dlt645Client["write"]>[2];
  const access = { level: 2, password: "000000", operator: "00000001" };

  it("to DL/T 645 meters: no relay and no parameter goes to everybody, the time does", async () => {
    const variant = profileVariant(dlt645Prepaid, "single-phase");
    const open = relayWrite(variant, "open", { expiresAtMs: NOW, timeZone: "UTC", access });
    const parameter: Dlt645Write = {
      control: 0x14,
      data: [1, 0x10, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    };
    for (const write of [open, parameter])
      expect(await client.write(BROADCAST_ADDRESS, write, timing)).toMatchObject({ ok: false });
    expect(sent).toEqual([]);
    await client.write(BROADCAST_ADDRESS, dlt645TimeBroadcast(NOW, "UTC"), timing);
    expect(sent).toHaveLength(1);
  });

  // Modbus over serial line V1.02, 2.2: 0 is the broadcast address.
  it("to Modbus units: no configuration can name unit 0", () => {
    expect(unitIdSchema.safeParse(0).success).toBe(false);
    expect(unitIdSchema.safeParse(1).success).toBe(true);
    expect(acrelAdf400l.protocol).toBe("modbus");
  });
});

describe("S10: a current above the switch's rating is never broken by command", () => {
  it.each([false, true])("by a person: %s", (isByPerson) => {
    const view = { ...CREDIT_CUT, mayBreak: false, isByPerson };
    expect(decideOperation(view, POLICY, NOW)).toMatchObject({ why: "current-above-rating" });
    expect(decideOperation({ ...view, heldBy: ["overload"] }, POLICY, NOW)).toMatchObject({
      why: "current-above-rating",
    });
  });

  it("alarm instead", async () => {
    const rig = await start({
      circuits: [circuitConfig(1, { switchRatingCa: 1000 })],
      prepare: (it) => it.unit(1).setLoad(3000),
    });
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(5);
    expect(rig.writes).toEqual([]);
    expect(rig.results("k1")).toEqual(["sent", "failed current-above-rating"]);
    expect(rig.server.of("alarm").map(({ kind }) => kind)).toContain("current-above-switch-rating");
  });
});
