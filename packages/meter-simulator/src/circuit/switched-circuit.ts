import type { Appliance } from "../appliance/appliance.ts";
import { EXCEPTION, type ExceptionCode, type RegisterBank } from "../modbus/register-bank.ts";
import type { CircuitState } from "./circuit-state.ts";
import { type CircuitView, phaseView, totalView } from "./circuit-view.ts";
import { sumEnergies } from "./energy-counter.ts";
import { Loop } from "./loop.ts";
import type { Mains, Phase } from "./mains.ts";
import type { MeterClock } from "./meter-clock.ts";
import {
  isRestDay,
  isTimeOff,
  type LoadTrip,
  NO_VERDICT,
  type OwnVerdict,
  stepLoadControl,
} from "./own-controls.ts";
import { ParameterStore } from "./parameter-store.ts";
import { type CircuitVariant, REGISTER_MAPS, type RegisterMap } from "./register-map.ts";
import { ENERGY_MODULUS_WH, energySteps, type ParameterName, toWords } from "./register-rows.ts";
import { STATUS_BITS } from "./status-word.ts";

/** Forced control: the high bit opens, the low bit closes, zero gives the relay back. ADF400L manual V1.2, 9.4, 0801. */
export const FORCED_OPEN = 0x8000;
export const FORCED_CLOSED = 0x0001;
const FORCED_WORDS: readonly number[] = [0, FORCED_OPEN, FORCED_CLOSED];

export interface CircuitOptions {
  unitId: number;
  variant: CircuitVariant;
  /** Phase of the supply that a single-phase circuit hangs on. */
  supplyPhase: Phase;
  appliances: readonly Appliance[];
  mains: Mains;
  meterClock: MeterClock;
  /** Whole milliseconds since the start of the simulation. */
  elapsedMs: () => number;
  state: CircuitState;
}

/** What is really so behind the registers; for judges. */
export interface CircuitTruth {
  unitId: number;
  variant: CircuitVariant;
  relay: "closed" | "open";
  isRelayStuck: boolean;
  forcedWord: number;
  /** Exact energy since ever: whole Wh, and µWs to the next. */
  energyWh: number;
  energyMicroWs: number;
  /** What the energy register shows. */
  registerEnergyWh: number;
  activePowerW: number;
  reactivePowerVar: number;
  remainingMinor: number;
  purchaseCount: number;
  appliances: { id: string; kind: Appliance["kind"] }[];
}

/** One metered and switched output of a cabinet: registers in front, copper behind. */
export class MeterCircuit implements RegisterBank {
  readonly unitId: number;
  readonly variant: CircuitVariant;
  readonly #options: CircuitOptions;
  readonly #map: RegisterMap;
  readonly #loop: Loop;
  readonly #parameters: ParameterStore;
  #prepaid: CircuitState["prepaid"];
  #registerOffsetWh: number;
  #loadTrip: LoadTrip;
  #verdict: OwnVerdict = NO_VERDICT;
  #isRelayStuck = false;

  constructor(options: CircuitOptions) {
    const { state } = options;
    this.#options = options;
    this.unitId = options.unitId;
    this.variant = options.variant;
    this.#map = REGISTER_MAPS[options.variant];
    this.#parameters = new ParameterStore(this.#map, state.parameters);
    this.#prepaid = { ...state.prepaid };
    this.#registerOffsetWh = state.registerOffsetWh;
    this.#loop = new Loop({
      phaseCount: options.variant === "single-phase" ? 1 : 3,
      appliances: options.appliances,
      energies: state.energies,
      isContactClosed: state.isContactClosed,
    });
  }

  read(address: number, count: number): readonly number[] | ExceptionCode {
    this.sync();
    const view = this.#view();
    const words: number[] = [];
    for (let at = address; at < address + count; at++) {
      const cell = this.#map.measured.get(at);
      const word = cell
        ? toWords(cell.row.type, cell.row.read(view))[cell.wordIndex]
        : this.#parameters.word(at);
      if (word === undefined) return EXCEPTION.illegalDataAddress;
      words.push(word);
    }
    return words;
  }

  write(address: number, words: readonly number[]): ExceptionCode | undefined {
    this.sync();
    const storedCount = this.#parameters.value("purchaseCount");
    const written = this.#parameters.write(address, words, (name, value) => {
      if (name === "forcedWord") return FORCED_WORDS.includes(value);
      // The meter's own idempotency key: only the next purchase in turn is credited.
      if (name === "purchaseCount") return value === storedCount + 1;
      return true;
    });
    if (typeof written === "number") return written;
    if (written.has("purchaseCount")) this.#credit(this.#parameters.value("purchaseMinor"));
    this.#control(this.#options.elapsedMs());
    return undefined;
  }

  /** Lets the circuit live until now. */
  sync(): void {
    this.#loop.advance(this.#options.elapsedMs(), (atMs) => {
      this.#charge();
      this.#control(atMs);
    });
  }

  plugIn(appliance: Appliance): void {
    this.sync();
    this.#loop.plugIn(appliance);
  }

  unplug(applianceId: string): boolean {
    this.sync();
    return this.#loop.unplug(applianceId);
  }

  /** A stuck contact stays where it is; freed, it follows its command again. */
  setRelayStuck(isStuck: boolean): void {
    this.sync();
    this.#isRelayStuck = isStuck;
    this.#control(this.#options.elapsedMs());
  }

  setSupply(isSupplied: boolean): void {
    this.sync();
    this.#loop.setSupply(isSupplied);
  }

  /** Makes the energy register wrap to zero after another `remainingWh`, rounded down to the register's step. */
  approachRollover(remainingWh: number): void {
    this.sync();
    const wh = sumEnergies(this.#loop.energies.map(({ active }) => active)).wh;
    this.#registerOffsetWh = ENERGY_MODULUS_WH - (wh % ENERGY_MODULUS_WH) - remainingWh;
  }

  truth(): CircuitTruth {
    this.sync();
    const { total } = this.#view();
    return {
      unitId: this.unitId,
      variant: this.variant,
      relay: this.#loop.isContactClosed ? "closed" : "open",
      isRelayStuck: this.#isRelayStuck,
      forcedWord: this.#parameters.value("forcedWord"),
      energyWh: total.activeEnergy.wh,
      energyMicroWs: total.activeEnergy.microWs,
      registerEnergyWh: 10 * energySteps(total.activeEnergy, this.#registerOffsetWh),
      activePowerW: total.activePowerW,
      reactivePowerVar: total.reactivePowerVar,
      remainingMinor: this.#prepaid.remainingMinor,
      purchaseCount: this.#parameters.value("purchaseCount"),
      appliances: this.#loop.appliances.map(({ id, kind }) => ({ id, kind })),
    };
  }

  state(): CircuitState {
    this.sync();
    return {
      energies: this.#loop.energies.map(({ active, reactive }) => ({ active, reactive })),
      isContactClosed: this.#loop.isContactClosed,
      registerOffsetWh: this.#registerOffsetWh,
      prepaid: { ...this.#prepaid },
      parameters: this.#parameters.entries(),
    };
  }

  #view(): CircuitView {
    const { mains, supplyPhase, elapsedMs } = this.#options;
    const atMs = elapsedMs();
    const powers = this.#loop.powers();
    const { energies } = this.#loop;
    return {
      phases: energies.flatMap((energy, index) => {
        const power = powers[index];
        const phase = this.variant === "single-phase" ? supplyPhase : (index as Phase);
        return power ? [phaseView(power, energy, mains.voltageDv(phase, atMs))] : [];
      }),
      total: totalView(powers, energies),
      frequencyCHz: mains.frequencyCHz(atMs),
      statusWord: this.#statusWord(),
      prepaid: {
        remainingMinor: this.#prepaid.remainingMinor,
        purchasedMinor: this.#prepaid.purchasedMinor,
        purchaseCount: this.#parameters.value("purchaseCount"),
        basicMinor: this.#parameters.value("basicMinor"),
      },
      recoveryS: this.#recoveryS(atMs),
      registerOffsetWh: this.#registerOffsetWh,
    };
  }

  #statusWord(): number {
    const value = (name: ParameterName) => this.#parameters.value(name);
    const isForced = value("forcedWord") !== 0;
    const isPrepaid = value("prepaidSwitch") === 1;
    const { remainingMinor } = this.#prepaid;
    const loops = this.#loop.phaseCount === 1 ? STATUS_BITS.oneLoop : STATUS_BITS.threeLoops;
    return (
      (this.#loop.isContactClosed ? loops.relayClosed : 0) |
      (value("forcedWord") === FORCED_CLOSED ? loops.forcedClosed : 0) |
      (isForced ? STATUS_BITS.forcedOn : 0) |
      (this.#verdict.overLimit ? STATUS_BITS.overLimit : 0) |
      (this.#verdict.arrears ? STATUS_BITS.arrears : 0) |
      (isPrepaid && remainingMinor <= value("alarm1Minor") ? STATUS_BITS.alarm1 : 0) |
      (isPrepaid && remainingMinor <= value("alarm2Minor") ? STATUS_BITS.alarm2 : 0)
    );
  }

  #recoveryS(atMs: number): number {
    const untilMs = this.#loadTrip?.untilMs ?? atMs;
    return Math.max(0, Math.ceil((untilMs - atMs) / 1000));
  }

  #credit(amountMinor: number): void {
    this.#prepaid.remainingMinor += amountMinor;
    this.#prepaid.purchasedMinor += amountMinor;
  }

  /** Whole Wh since the last charge at the flat price; thousandths of the minor unit are carried. */
  #charge(): void {
    const { wh } = sumEnergies(this.#loop.energies.map(({ active }) => active));
    const usedWh = wh - this.#prepaid.chargedWh;
    this.#prepaid.chargedWh = wh;
    if (usedWh === 0 || this.#parameters.value("prepaidSwitch") !== 1) return;
    const milli = this.#prepaid.remainderMilli + usedWh * this.#parameters.value("priceMinorPerKWh");
    this.#prepaid.remainingMinor -= Math.floor(milli / 1000);
    this.#prepaid.remainderMilli = milli % 1000;
  }

  /** Lets the meter's own controls judge, and moves the contact where forced control or they want it. */
  #control(atMs: number): void {
    this.#verdict = this.#judge(atMs);
    if (this.#isRelayStuck || !this.#loop.isSupplied) return;
    const forcedWord = this.#parameters.value("forcedWord");
    const { arrears, overLimit, timeOff } = this.#verdict;
    this.#loop.setContact(
      forcedWord === 0 ? !(arrears || overLimit || timeOff) : forcedWord === FORCED_CLOSED,
    );
  }

  #judge(atMs: number): OwnVerdict {
    const parameters = this.#parameters;
    const control = {
      isOn: parameters.value("loadSwitch") === 1,
      maxPowerW: parameters.value("maxPowerW"),
      tripCount: parameters.value("loadTripCount"),
      allowedTrips: parameters.value("loadAllowedTrips"),
      recoveryMs: parameters.value("loadRecovery10S") * 10_000,
    };
    const { activePowerW } = totalView(this.#loop.powers(), this.#loop.energies);
    const { trip, tripCount } = stepLoadControl(this.#loadTrip, control, activePowerW, atMs);
    this.#loadTrip = trip;
    if (tripCount !== control.tripCount) parameters.set("loadTripCount", tripCount);
    return {
      arrears: parameters.value("prepaidSwitch") === 1 && this.#prepaid.remainingMinor <= 0,
      overLimit: trip !== undefined,
      timeOff: parameters.value("timeSwitch") === 1 && this.#isTimeOff(),
    };
  }

  #isTimeOff(): boolean {
    const localMs = this.#options.meterClock.localMs();
    const isRest = isRestDay(this.#parameters.value("restDayWord"), localMs);
    return isTimeOff(this.#parameters.table(isRest ? "restDayTable" : "workdayTable"), localMs);
  }
}
