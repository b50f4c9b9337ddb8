import type { UplinkItem } from "@hallmeter/meter-model";
import { builtInProfiles } from "@hallmeter/meter-model";
import { pino } from "pino";
import { lineBus } from "../../apps/bus-gateway/src/bus/line-bus.ts";
import { VirtualClock } from "../../apps/bus-gateway/src/clock.ts";
import { GatewayControl } from "../../apps/bus-gateway/src/control/gateway-control.ts";
import { GatewayError } from "../../apps/bus-gateway/src/errors.ts";
import { DEFAULT_OUTBOX_LIMITS } from "../../apps/bus-gateway/src/store/acceptance.ts";
import { GatewayStore } from "../../apps/bus-gateway/src/store/gateway-store.ts";
import { MemoryTables } from "../../apps/bus-gateway/src/testing/memory-tables.ts";
import { httpServer } from "../../apps/bus-gateway/src/uplink/http-server.ts";
import type { Server } from "../../apps/bus-gateway/src/uplink/server.ts";
import { Uplink } from "../../apps/bus-gateway/src/uplink/uplink.ts";
import { startTestApi, type TestApi } from "../../apps/vending-api/src/testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../../apps/vending-api/src/testing/test-site.ts";
import { createSiteCore, type SiteCore } from "../../packages/meter-simulator/src/site/site-core.ts";
import { parseSite } from "../../packages/meter-simulator/src/site/site-file.ts";
import { HubPipe } from "../../scripts/bench/bus/hub-pipe.ts";

const WIRE = "wire";
const UNIT = 13;
const PROFILE = "acrel-adf400l";
/** ADF400L manual V1.2, 9.4: serial number, seven words. */
const SERIAL_AT = 0x0947;
const SERIAL_WORDS = 7;
const VARIANT = "single-phase";
const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const STEP_MS = 1000;

export interface MeterAsDelivered {
  /** Decimal digits. */
  serial: string;
  registerWh: number;
}

interface Room {
  meterId: string;
  householdId: string;
  circuitId: string;
}

/**
 * One room from its copper to its account: the simulator's meter on a wire, a whole gateway, and the API with its store behind
 * HTTP. The first two and the API's clock live in one virtual time; only what is asked of the API takes real time.
 */
export class MeteredRoom {
  readonly api: TestApi;
  readonly site: TestSite;
  readonly room: Room;
  readonly simulated: SiteCore;
  /** What the gateway has told the API, oldest first. */
  readonly told: UplinkItem[] = [];
  readonly #clock: VirtualClock;
  readonly #store: GatewayStore;
  readonly #control: GatewayControl;
  readonly #uplink: Uplink;
  #outage: string | null = null;
  readonly #asked = new Set<Promise<unknown>>();

  private constructor(api: TestApi, site: TestSite, room: Room, registerWh: number) {
    this.api = api;
    this.site = site;
    this.room = room;
    const clock = new VirtualClock(api.clock.now().getTime());
    this.#clock = clock;
    const circuits = [{ unitId: UNIT, initialEnergyWh: registerWh }];
    const cabinets = [{ firstUnitId: UNIT, threePhaseCount: 0, singlePhaseCount: 1, circuits }];
    this.simulated = createSiteCore({
      site: parseSite({ buses: [{ id: WIRE, line: LINE, cabinets }] }),
      seed: 7,
      clock,
      fifoCharacters: 1,
      state: undefined,
    });
    const log = pino({ enabled: false });
    const random = () => 0.5;
    let ids = 0;
    const limits = { ...DEFAULT_OUTBOX_LIMITS, reserveBytes: 0 };
    const store = new GatewayStore({ tables: new MemoryTables(), clock, log, limits });
    const control = new GatewayControl({
      store,
      clock,
      log,
      random,
      newId: () => `id-${ids++}`,
      openBus: ({ id }) => {
        const pipe = new HubPipe(clock, this.simulated.bus(WIRE).hub);
        return lineBus({ id, pipe, line: LINE, clock, log, random });
      },
      profiles: new Map(Object.entries(builtInProfiles)),
      refreshConfig: () => void uplink.fetchConfig().catch(() => undefined),
    });
    const uplink = new Uplink({
      server: this.#server(),
      store,
      clock,
      log,
      random,
      onConfig: (kept) => control.setConfig(kept),
      onCredit: (position) => control.setCredit(position),
      onCommand: (command) => control.commands.take(command),
      onSale: (sale) => control.sales.take(sale),
      onBulkAnswer: (answer) => control.answerBulk(answer),
      onBusRequest: async () => {},
    });
    this.#store = store;
    this.#control = control;
    this.#uplink = uplink;
  }

  /** @param registerWh what the meter has counted before */
  static async start({ serial, registerWh }: MeterAsDelivered): Promise<MeteredRoom> {
    const api = await startTestApi();
    const site = await addTestSite(api, { rooms: 0 });
    const metered = new MeteredRoom(api, site, await addRoom(api, site), registerWh);
    metered.#number(serial);
    await metered.#control.start();
    metered.#uplink.start();
    return metered;
  }

  /** The meter and its copper, as they are. */
  get truth() {
    return this.simulated.circuit(WIRE, UNIT);
  }

  plugIn(kind: "heater" | "laptop"): void {
    this.simulated.plugIn(WIRE, UNIT, { kind });
  }

  unplugAll(): void {
    for (const { id } of this.truth.appliances) this.simulated.unplug(WIRE, UNIT, id);
  }

  /** Nothing is heard of the meter any more, and nothing is metered. */
  switchMainsOff(): void {
    this.#outage = this.simulated.setFault({ kind: "power-failure", busId: WIRE });
  }

  switchMainsOn(): void {
    if (this.#outage !== null) this.simulated.takeFault(this.#outage);
    this.#outage = null;
  }

  /** Another meter in the old one's place. @returns what the old one showed at its end, Wh */
  exchange({ serial, registerWh }: MeterAsDelivered): number {
    const { registerEnergyWh } = this.truth;
    const serialNumber = serial.padStart(12, "0");
    this.simulated.setFault({
      kind: "meter-swap",
      busId: WIRE,
      unitId: UNIT,
      serialNumber,
      energyWh: registerWh,
    });
    this.#number(serial);
    return registerEnergyWh;
  }

  /** What the gateway believes can still be used, 10⁻⁶; null while it knows nothing. */
  get estimateMicro(): number | null {
    return this.#control.balanceMicro(this.room.householdId);
  }

  /** Whom the gateway takes the meter for. */
  get standing() {
    return this.#control.circuits.find(({ id }) => id === this.room.circuitId)?.meter.standing;
  }

  toldOf<Type extends UplinkItem["type"]>(type: Type): Extract<UplinkItem, { type: Type }>[] {
    return this.told.filter((item): item is Extract<UplinkItem, { type: Type }> => item.type === type);
  }

  /** Time passes for everybody alike; nobody goes on while the API is being asked. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 1) {
      this.api.clock.advance(STEP_MS);
      await this.#clock.advance(STEP_MS);
      await this.#answered();
    }
  }

  async close(): Promise<void> {
    const closing = (async () => {
      await this.#uplink.close();
      await this.#control.close();
      await this.#store.close();
    })();
    await this.#clock.until(closing);
    this.simulated.close();
    await this.api.stop();
  }

  /** As the factory writes it. */
  #number(serial: string): void {
    const bank = this.simulated.bus(WIRE).deviceOf(UNIT).banks.get(UNIT);
    const digits = serial.padStart(4 * SERIAL_WORDS, "0");
    const words = Array.from({ length: SERIAL_WORDS }, (_, index) =>
      Number.parseInt(digits.slice(4 * index, 4 * index + 4), 16),
    );
    const refusal = bank?.write(SERIAL_AT, words);
    if (refusal !== undefined) throw new RangeError(`the meter refuses its number with ${refusal}`);
  }

  async #answered(): Promise<void> {
    while (this.#asked.size > 0) {
      await Promise.allSettled(this.#asked);
      // What an answer leads to is asked at once, or waits for its time.
      await this.#clock.advance(0);
    }
  }

  #server(): Server {
    const { origin: url } = this.api;
    const { gatewayToken: token } = this.site;
    const onUnreadable = (detail: string) => {
      throw new RangeError(detail);
    };
    const http = httpServer({ url, token, nowMs: () => this.#clock.nowMs(), onUnreadable });
    return {
      config: (etag) => this.#ask(http.config(etag)),
      credit: () => this.#ask(http.credit()),
      lastSequence: () => this.#ask(http.lastSequence()),
      sendBatch: (body) => {
        this.told.push(...(JSON.parse(body) as { items: UplinkItem[] }).items);
        return this.#ask(http.sendBatch(body));
      },
      messages: (after) => this.#ask(http.messages(after)),
      // It has real time in it, so messages are fetched, as where a proxy lets no stream through.
      stream: () => Promise.reject(new GatewayError("server-unreachable")),
    };
  }

  #ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#asked.add(answer);
    const forget = () => void this.#asked.delete(answer);
    answer.then(forget, forget);
    return answer;
  }
}

async function addRoom(api: TestApi, { add, busId, buildingId, tariffId }: TestSite): Promise<Room> {
  const { id: meterId } = await add<{ id: string }>("/meters", {
    busId,
    name: "Meter 101",
    profile: PROFILE,
    firstUnitId: UNIT,
  });
  const { id: unitId } = await add<{ id: string }>("/units", { buildingId, name: "101", floor: 1 });
  const { id: householdId } = await add<{ id: string }>("/households", {
    unitId,
    name: "Household 101",
    tariffId,
    cutMinor: 0,
    releaseMinor: 100,
  });
  const { id: circuitId } = await add<{ id: string }>("/circuits", {
    meterId,
    variant: VARIANT,
    unitAddress: UNIT,
    name: "Circuit 101",
    householdId,
    commissionedAt: api.clock.now().toISOString(),
  });
  return { meterId, householdId, circuitId };
}
