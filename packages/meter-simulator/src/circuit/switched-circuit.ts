import type { UnitId } from "@hallmeter/meter-model";
import type { Appliance } from "../appliance/appliance.ts";
import type { CircuitState } from "./circuit-state.ts";
import { type CircuitView, phaseView, powerView, type ShownEnergy, sumPowers } from "./circuit-view.ts";
import { milliWh } from "./energy-counter.ts";
import { Loop } from "./loop.ts";
import type { Mains, Phase } from "./mains.ts";
import type { MeterClock } from "./meter-clock.ts";
import { type MeterRules, NO_CREDIT } from "./meter-rules.ts";
import { type LoadTrip, NO_VERDICT, type OwnVerdict, stepLoadControl } from "./own-controls.ts";
import { ShownRegisters } from "./shown-registers.ts";

export interface CircuitOptions {
  unitId: UnitId;
  /** Which circuit of its unit, 1…count. */
  loop: number;
  profile: string;
  variant: string;
  phaseCount: 1 | 3;
  /** Phase of the supply that a single-phase circuit hangs on. */
  supplyPhase: Phase;
  /** Where the energy register wraps, and its last digit. */
  energyModulusWh: number;
  energyStepWh: number;
  appliances: readonly Appliance[];
  mains: Mains;
  meterClock: MeterClock;
  /** Whole milliseconds since the start of the simulation. */
  elapsedMs: () => number;
  state: Omit<CircuitState, "parameters">;
  /** Unless the state names another one. */
  serialNumber: string;
  /** Undefined for a meter without relay. */
  rules: MeterRules | undefined;
  /** The contact has moved, or credit has changed hands: what must survive a crash. */
  onDurableChange?: (() => void) | undefined;
}

/** What is really so behind the registers; for judges. */
export interface CircuitTruth {
  unitId: UnitId;
  loop: number;
  profile: string;
  variant: string;
  serialNumber: string;
  relay: "closed" | "open";
  isRelayStuck: boolean;
  /** What the last command or forced control wants; "free" leaves the relay to the meter's own controls. */
  commanded: "open" | "closed" | "free";
  verdict: OwnVerdict;
  isSupplied: boolean;
  /** The load side has voltage from elsewhere while the contact is open. */
  isLoadSideLive: boolean;
  /** How often the contact has closed onto a live load side. */
  closuresOntoLive: number;
  /** How often the contact has moved. */
  switchings: number;
  /** Exact energy through the copper since ever: whole Wh, µWs to the next, and both in mWh. */
  energyWh: number;
  energyMicroWs: number;
  energyMilliWh: number;
  /** What the energy register shows. */
  registerEnergyWh: number;
  activePowerW: number;
  reactivePowerVar: number;
  remainingMinor: number;
  purchasedMinor: number;
  purchaseCount: number;
  appliances: { id: string; kind: Appliance["kind"] }[];
}

const NEVER = Number.POSITIVE_INFINITY;

/** One metered output: the copper, the contact, the credit, and the meter's own controls. Protocols look at it by its view. */
export class SwitchedCircuit {
  readonly unitId: UnitId;
  readonly loop: number;
  readonly phaseCount: 1 | 3;
  readonly #options: CircuitOptions;
  readonly #copper: Loop;
  readonly #registers: ShownRegisters;
  #prepaid: CircuitState["prepaid"];
  #serialNumber: string;
  #loadTrip: LoadTrip;
  #verdict: OwnVerdict = NO_VERDICT;
  #nextLookMs = 0;
  #isRelayStuck = false;
  #hasSecondSource = false;
  #closuresOntoLive: number;
  #switchings: number;
  #hasMoved = false;

  constructor(options: CircuitOptions) {
    const { state } = options;
    this.#options = options;
    this.unitId = options.unitId;
    this.loop = options.loop;
    this.phaseCount = options.phaseCount;
    this.#prepaid = { ...state.prepaid };
    this.#switchings = state.switchings;
    this.#closuresOntoLive = state.closuresOntoLive;
    this.#serialNumber = state.serialNumber ?? options.serialNumber;
    this.#registers = new ShownRegisters(options.energyModulusWh, state);
    this.#copper = new Loop({
      phaseCount: options.phaseCount,
      appliances: options.appliances,
      energies: state.energies,
      isContactClosed: state.isContactClosed,
    });
    this.#copper.startAt(options.elapsedMs());
  }

  get remainingMinor(): number {
    return this.#prepaid.remainingMinor;
  }

  /** Lets the circuit live until now. */
  sync(): void {
    this.#copper.advance(this.#options.elapsedMs(), {
      nextLookMs: () => this.#nextLookMs,
      onStep: (atMs) => {
        this.#charge();
        this.#control(atMs);
      },
    });
    this.#tellChange();
  }

  /** Judges again after a command or a parameter has changed. */
  obey(): void {
    this.#control(this.#options.elapsedMs());
    this.#tellChange();
  }

  plugIn(appliance: Appliance): void {
    this.sync();
    this.#copper.plugIn(appliance);
  }

  unplug(applianceId: string): boolean {
    this.sync();
    return this.#copper.unplug(applianceId);
  }

  /** A stuck contact stays where it is; freed, it follows its command again. */
  setRelayStuck(isStuck: boolean): void {
    this.sync();
    this.#isRelayStuck = isStuck;
    this.obey();
  }

  setSupply(isSupplied: boolean): void {
    this.sync();
    this.#copper.setSupply(isSupplied);
    this.obey();
  }

  /** A generator or another feeder on the load side: while the contact is open, the load lives from it, unmetered. */
  setSecondSource(hasSource: boolean): void {
    this.sync();
    this.#hasSecondSource = hasSource;
  }

  /** Makes the energy register wrap to zero after another `remainingWh`, rounded down to the register's step. */
  approachRollover(remainingWh: number): void {
    this.sync();
    this.#registers.approachRollover(this.#copper.totalActive(), remainingWh);
  }

  /** Another meter takes over the copper: its registers start at `energyWh`, its credit at nothing. */
  replaceMeter(serialNumber: string, energyWh: number): void {
    this.sync();
    this.#serialNumber = serialNumber;
    this.#registers.startAt(energyWh, this.#copper.totalActive(), this.#copper.energies);
    this.#loadTrip = undefined;
    this.#prepaid = {
      remainingMinor: 0,
      purchasedMinor: 0,
      chargedWh: this.#copper.totalActive().wh,
      remainderMicro: 0,
    };
    this.#hasMoved = true;
    this.obey();
  }

  /** Makes the registers show zero; the copper's energy goes on. */
  clearRegisters(): void {
    this.sync();
    this.#registers.startAt(0, this.#copper.totalActive(), this.#copper.energies);
  }

  credit(amountMinor: number): void {
    this.#prepaid.remainingMinor += amountMinor;
    this.#prepaid.purchasedMinor += amountMinor;
  }

  /** Without a purchase: as a person at the meter may. */
  setCredit(remainingMinor: number): void {
    this.#prepaid.remainingMinor = remainingMinor;
  }

  truth(): CircuitTruth {
    this.sync();
    const { profile, variant, rules } = this.#options;
    const energy = this.#copper.totalActive();
    const power = powerView(sumPowers(this.#copper.powers()), this.#shownTotal());
    return {
      unitId: this.unitId,
      loop: this.loop,
      profile,
      variant,
      serialNumber: this.#serialNumber,
      relay: this.#copper.isContactClosed ? "closed" : "open",
      isRelayStuck: this.#isRelayStuck,
      commanded: rules?.forced() ?? "free",
      verdict: this.#verdict,
      isSupplied: this.#copper.isSupplied,
      isLoadSideLive: this.#hasSecondSource && !this.#copper.isContactClosed,
      closuresOntoLive: this.#closuresOntoLive,
      switchings: this.#switchings,
      energyWh: energy.wh,
      energyMicroWs: energy.microWs,
      energyMilliWh: milliWh(energy),
      registerEnergyWh: power.activeWh - (power.activeWh % this.#options.energyStepWh),
      activePowerW: power.activePowerW,
      reactivePowerVar: power.reactivePowerVar,
      remainingMinor: this.#prepaid.remainingMinor,
      purchasedMinor: this.#prepaid.purchasedMinor,
      purchaseCount: rules?.purchaseCount() ?? 0,
      appliances: this.#copper.appliances.map(({ id, kind }) => ({ id, kind })),
    };
  }

  state(): Omit<CircuitState, "parameters"> {
    this.sync();
    return {
      energies: [...this.#copper.energies],
      isContactClosed: this.#copper.isContactClosed,
      switchings: this.#switchings,
      closuresOntoLive: this.#closuresOntoLive,
      serialNumber: this.#serialNumber,
      ...this.#registers.state(),
      prepaid: { ...this.#prepaid },
    };
  }

  /** The circuit as it is now; synchronised before. */
  view(): CircuitView {
    this.sync();
    const { mains, supplyPhase, elapsedMs, rules, meterClock } = this.#options;
    const atMs = elapsedMs();
    const powers = this.#copper.powers();
    const { energies } = this.#copper;
    const credit = rules?.credit() ?? NO_CREDIT;
    const { remainingMinor, purchasedMinor } = this.#prepaid;
    return {
      phases: powers.map((power, index) => {
        const phase = this.phaseCount === 1 ? supplyPhase : (index as Phase);
        return phaseView(power, this.#registers.phase(index, energies), mains.voltageDv(phase, atMs));
      }),
      total: powerView(sumPowers(powers), this.#shownTotal()),
      frequencyCHz: mains.frequencyCHz(atMs),
      isContactClosed: this.#copper.isContactClosed,
      forced: rules?.forced() ?? "free",
      verdict: this.#verdict,
      prepaid: {
        isOn: credit.isOn,
        remainingMinor,
        purchasedMinor,
        purchaseCount: rules?.purchaseCount() ?? 0,
        basicMinor: credit.basicMinor,
        isBelowAlarm1: credit.isOn && remainingMinor <= credit.alarm1Minor,
        isBelowAlarm2: credit.isOn && remainingMinor <= credit.alarm2Minor,
      },
      loadTripCount: rules?.loadControl().tripCount ?? 0,
      loadAllowedTrips: rules?.loadControl().allowedTrips ?? 0,
      recoveryS: Math.max(0, Math.ceil(((this.#loadTrip?.untilMs ?? atMs) - atMs) / 1000)),
      localMs: meterClock.localMs(),
      serialNumber: this.#serialNumber,
    };
  }

  #shownTotal(): ShownEnergy {
    return this.#registers.total(this.#copper.totalActive(), this.#copper.energies);
  }

  /** Whole Wh since the last charge; what is below the minor unit is carried. */
  #charge(): void {
    const { wh } = this.#copper.totalActive();
    const usedWh = wh - this.#prepaid.chargedWh;
    if (usedWh === 0) return;
    this.#prepaid.chargedWh = wh;
    const credit = this.#options.rules?.credit();
    if (!credit?.isOn) return;
    const micro = this.#prepaid.remainderMicro + usedWh * credit.priceMilliPerKWh;
    this.#prepaid.remainingMinor -= Math.floor(micro / 1_000_000);
    this.#prepaid.remainderMicro = micro % 1_000_000;
  }

  /** Lets the meter's own controls judge, and moves the contact where forced control or they want it. */
  #control(atMs: number): void {
    const { rules } = this.#options;
    if (!rules) {
      this.#nextLookMs = NEVER;
      return;
    }
    this.#verdict = this.#judge(rules, atMs);
    this.#nextLookMs = Math.min(rules.nextLookMs(atMs), this.#loadTrip?.untilMs ?? NEVER);
    if (this.#isRelayStuck || !this.#copper.isSupplied) return;
    const forced = rules.forced();
    const { arrears, overLimit, timeOff } = this.#verdict;
    const isWanted = forced === "free" ? !(arrears || overLimit || timeOff) : forced === "closed";
    if (isWanted === this.#copper.isContactClosed) return;
    if (isWanted && this.#hasSecondSource) this.#closuresOntoLive++;
    this.#copper.setContact(isWanted);
    this.#switchings++;
    this.#hasMoved = true;
  }

  /** Only once the circuit stands still: whoever is told looks at its state. */
  #tellChange(): void {
    if (!this.#hasMoved) return;
    this.#hasMoved = false;
    this.#options.onDurableChange?.();
  }

  #judge(rules: MeterRules, atMs: number): OwnVerdict {
    const credit = rules.credit();
    const control = rules.loadControl();
    const { activePowerMw } = sumPowers(this.#copper.powers());
    const { trip, tripCount } = stepLoadControl(
      this.#loadTrip,
      control,
      Math.round(activePowerMw / 1000),
      atMs,
    );
    this.#loadTrip = trip;
    if (tripCount !== control.tripCount) rules.countTrip(tripCount);
    const { remainingMinor } = this.#prepaid;
    const isBelow = remainingMinor <= -credit.overdraftMinor;
    const mayClose = remainingMinor > (credit.closeAboveMinor ?? -credit.overdraftMinor);
    return {
      arrears: credit.isOn && (this.#verdict.arrears ? !mayClose : isBelow),
      overLimit: trip !== undefined,
      timeOff: rules.isTimeOff(atMs),
    };
  }
}
