import { lineBus } from "../../apps/bus-gateway/src/bus/line-bus.ts";
import {
  circuitConfig,
  GatewayRig,
  type RigCircuit,
  siteConfig,
} from "../../apps/bus-gateway/src/testing/gateway-rig.ts";
import { createSiteCore, type SiteCore } from "../../packages/meter-simulator/src/site/site-core.ts";
import { parseSite } from "../../packages/meter-simulator/src/site/site-file.ts";
import { HubPipe } from "../../scripts/bench/bus/hub-pipe.ts";

export const METER_BUS = "b1";
export const METER_UNIT = 13;
export const OPENING_MINOR = 2000;
const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const WRITE_REGISTERS = 0x10;
/** ADF400L manual V1.2, 9.4: amount 050D, count 050F. */
export const PURCHASE = 0x050d;

/** The gateway's end of the wire, looked at before anything leaves it. */
class WatchedPipe extends HubPipe {
  onFrame: (bytes: Uint8Array) => void = () => {};

  override write(bytes: Uint8Array): Promise<void> {
    this.onFrame(bytes);
    return super.write(bytes);
  }
}

/** A whole gateway on the simulator's wire, before the simulator's own ADF400L with its own registers, count and credit. */
export class MeterRig {
  readonly gateway: GatewayRig;
  readonly site: SiteCore;
  /** Of each write of the gateway, before it goes out. */
  beforeWrite: (address: number) => void = () => {};
  readonly #sent: { code: number; address: number }[] = [];
  readonly #circuit: Partial<RigCircuit>;

  constructor(circuit: Partial<RigCircuit>) {
    this.#circuit = { unitId: METER_UNIT, ...circuit };
    const config = siteConfig([circuitConfig(1, this.#circuit)]);
    this.gateway = new GatewayRig(config, undefined, ({ id, clock, log, random }) => {
      const pipe = new WatchedPipe(clock, this.site.bus(METER_BUS).hub);
      pipe.onFrame = (bytes) => this.#note(bytes);
      return lineBus({ id, pipe, line: LINE, clock, log, random });
    });
    const cabinets = [{ firstUnitId: METER_UNIT, threePhaseCount: 0, singlePhaseCount: 3 }];
    this.site = createSiteCore({
      site: parseSite({ buses: [{ id: METER_BUS, line: LINE, cabinets }] }),
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
    this.writeAtMeter(PURCHASE, [amountMinor >>> 16, amountMinor & 0xffff, count]);
  }

  /** As somebody at the meter's keys does. */
  writeAtMeter(address: number, words: number[]): void {
    const refusal = this.#bank().write(address, words);
    if (refusal !== undefined) throw new RangeError(`the meter refuses with ${refusal}`);
  }

  readAtMeter(address: number, count: number): number[] {
    const words = this.#bank().read(address, count);
    if (typeof words === "number") throw new RangeError(`the meter refuses with ${words}`);
    return [...words];
  }

  credit(): { remainingMinor: number; purchaseCount: number } {
    const { remainingMinor, purchaseCount } = this.site.circuit(METER_BUS, METER_UNIT);
    return { remainingMinor, purchaseCount };
  }

  /** How many requests of this function the gateway has sent, to one address or in all. */
  framesSent(code: number, address?: number): number {
    return this.#sent.filter((frame) => frame.code === code && (address ?? frame.address) === frame.address)
      .length;
  }

  /** The server changes the circuit. */
  async configure(change: Partial<RigCircuit>): Promise<void> {
    const { server } = this.gateway;
    const revision = server.config_.revision + 1;
    server.config_ = { ...siteConfig([circuitConfig(1, { ...this.#circuit, ...change })]), revision };
    server.tell({ type: "config", revision });
  }

  async close(): Promise<void> {
    await this.gateway.close();
    this.site.close();
  }

  #bank() {
    const bank = this.site.bus(METER_BUS).deviceOf(METER_UNIT).banks.get(METER_UNIT);
    if (bank === undefined) throw new RangeError(`no unit ${METER_UNIT}`);
    return bank;
  }

  #note(bytes: Uint8Array): void {
    const [, code = 0, high = 0, low = 0] = bytes;
    const address = high * 256 + low;
    this.#sent.push({ code, address });
    if (code === WRITE_REGISTERS) this.beforeWrite(address);
  }
}
