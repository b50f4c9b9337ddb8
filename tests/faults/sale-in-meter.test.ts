import type { Sale, SaleResult } from "@hallmeter/meter-model";
import { afterEach, describe, expect, it } from "vitest";
import { lineBus } from "../../apps/bus-gateway/src/bus/line-bus.ts";
import { circuitConfig, GatewayRig, siteConfig } from "../../apps/bus-gateway/src/testing/gateway-rig.ts";
import { createSiteCore, type SiteCore } from "../../packages/meter-simulator/src/site/site-core.ts";
import { parseSite } from "../../packages/meter-simulator/src/site/site-file.ts";
import { HubPipe } from "../../scripts/bench/bus/hub-pipe.ts";

const BUS = "b1";
const UNIT = 13;
const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
/** Manual V1.2, 9.4: amount 050D, count 050F. */
const PURCHASE = 0x050d;
const WRITE_REGISTERS = 0x10;
/** A purchase of 15 characters has arrived by then, and its answer of 8 has not left the wire. */
const BETWEEN_WRITE_AND_ANSWER_MS = 30;
const OPENING_MINOR = 2000;

/** The gateway's end of the wire, seen before anything leaves it. */
class WatchedPipe extends HubPipe {
  onPurchase: () => void = () => {};

  override write(bytes: Uint8Array): Promise<void> {
    const isPurchase = bytes[1] === WRITE_REGISTERS && ((bytes[2] ?? 0) << 8) + (bytes[3] ?? 0) === PURCHASE;
    if (isPurchase) this.onPurchase();
    return super.write(bytes);
  }
}

/** A whole gateway on the simulator's wire, before the simulator's own ADF400L with its own count and credit. */
class MeterRig {
  readonly gateway: GatewayRig;
  readonly site: SiteCore;
  purchasesSent = 0;
  onPurchase: () => void = () => {};

  constructor() {
    const circuit = circuitConfig(1, { unitId: UNIT, creditPlace: "meter" });
    this.gateway = new GatewayRig(siteConfig([circuit]), undefined, ({ id, clock, log, random }) => {
      const pipe = new WatchedPipe(clock, this.site.bus(BUS).hub);
      pipe.onPurchase = () => {
        this.purchasesSent += 1;
        this.onPurchase();
      };
      return lineBus({ id, pipe, line: LINE, clock, log, random });
    });
    this.site = createSiteCore({
      site: parseSite({
        buses: [
          {
            id: BUS,
            line: LINE,
            cabinets: [{ firstUnitId: UNIT, threePhaseCount: 0, singlePhaseCount: 3 }],
          },
        ],
      }),
      seed: 7,
      clock: this.gateway.clock,
      fifoCharacters: 1,
      state: undefined,
    });
    this.buyAtMeter(OPENING_MINOR);
  }

  /** Without the gateway, as with a card; the meter's own rules judge it. */
  buyAtMeter(amountMinor: number): void {
    const count = this.credit().purchaseCount + 1;
    const refusal = this.site
      .bus(BUS)
      .deviceOf(UNIT)
      .banks.get(UNIT)
      ?.write(PURCHASE, [amountMinor >>> 16, amountMinor & 0xffff, count]);
    if (refusal !== undefined) throw new RangeError(`the meter refuses with ${refusal}`);
  }

  credit() {
    const { remainingMinor, purchaseCount } = this.site.circuit(BUS, UNIT);
    return { remainingMinor, purchaseCount };
  }

  sell(id: string, amountMinor: number): void {
    const nowMs = this.gateway.clock.nowMs();
    const sale: Sale = {
      id,
      circuitId: "c1",
      amountMinor,
      issuedAt: new Date(nowMs).toISOString(),
      expiresAt: new Date(nowMs + 3_600_000).toISOString(),
    };
    this.gateway.server.tell({ type: "sale", sale });
  }

  /** What the server has been told of the sale, oldest first. */
  results(id: string): SaleResult[] {
    return this.gateway.server
      .of("sale-result")
      .flatMap(({ result }) => (result.saleId === id ? [result] : []));
  }
}

let rig: MeterRig;
async function start(): Promise<MeterRig> {
  rig = new MeterRig();
  await rig.gateway.start();
  await rig.gateway.pass(20);
  return rig;
}
afterEach(async () => {
  await rig.gateway.close();
  rig.site.close();
});

const once = (act: () => void) => {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
};

describe("a sale to the simulator's ADF400L, over its wire", () => {
  it("is in the meter once, and told with the meter's own figures", async () => {
    await start();
    expect(rig.gateway.circuit("c1").relay).toBe("closed");
    rig.sell("s1", 5000);
    await rig.gateway.pass(10);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect(rig.results("s1")).toMatchObject([
      { state: "written", isFinal: true, purchaseCount: 2, remainingMinor: OPENING_MINOR + 5000 },
    ]);
    expect(rig.purchasesSent).toBe(1);
  });

  it("whose answer is lost is resolved by the count, not by another write", async () => {
    await start();
    rig.onPurchase = once(
      () => void rig.site.setFault({ kind: "lost-reply", busId: BUS, unitId: UNIT, times: 1 }),
    );
    rig.sell("s1", 5000);
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect([rig.purchasesSent, rig.results("s1").map(({ state }) => state)]).toEqual([1, ["written"]]);
  });

  it("whose gateway is killed between the write and its answer is resolved by the next run", async () => {
    await start();
    const killed = new Promise<void>((resolve) => {
      rig.onPurchase = once(() =>
        rig.gateway.clock.setTimer(() => {
          rig.gateway.kill();
          resolve();
        }, BETWEEN_WRITE_AND_ANSWER_MS),
      );
    });
    rig.sell("s1", 5000);
    await rig.gateway.clock.until(killed);
    expect(rig.credit().purchaseCount).toBe(2);
    expect(rig.results("s1")).toEqual([]);
    await rig.gateway.start();
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect([rig.purchasesSent, rig.results("s1").map(({ state }) => state)]).toEqual([1, ["written"]]);
  });

  it("that never arrives goes out again only after the count has proved it, and is credited once", async () => {
    await start();
    rig.onPurchase = once(
      () => void rig.site.setFault({ kind: "dead-unit", busId: BUS, unitId: UNIT, forS: 1 }),
    );
    rig.sell("s1", 5000);
    await rig.gateway.pass(5);
    expect([rig.purchasesSent, rig.credit().purchaseCount]).toEqual([1, 1]);
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect(rig.purchasesSent).toBe(2);
    expect(rig.results("s1").at(-1)).toMatchObject({ state: "written", isFinal: true });
  });

  it("whose count the meter refuses, for a card has just had it, is never called written", async () => {
    await start();
    rig.onPurchase = once(() => rig.buyAtMeter(300));
    rig.sell("s1", 5000);
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 300, purchaseCount: 2 });
    expect(rig.purchasesSent).toBe(1);
    expect(rig.results("s1")).toMatchObject([
      { state: "unknown", isFinal: true, code: "refused-and-counted", purchaseCount: 2 },
    ]);
  });

  it("is followed by the next one, which the meter counts on", async () => {
    await start();
    rig.sell("s1", 5000);
    rig.sell("s2", 300);
    await rig.gateway.pass(20);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5300, purchaseCount: 3 });
    expect(rig.results("s2")).toMatchObject([{ state: "written", purchaseCount: 3 }]);
  });
});
