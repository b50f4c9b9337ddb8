import { clockFields, localMsOfFields, type MeterClock } from "../../circuit/meter-clock.ts";
import type { SwitchedCircuit } from "../../circuit/switched-circuit.ts";
import { bcd, dataIdBytes, dataIdOf, fromBcd } from "../../dlt645/bcd.ts";
import type { Dlt645Answer, Dlt645Bank } from "../../dlt645/dlt645-bank.ts";
import { addressBytes, addressOf } from "../../dlt645/frame.ts";
import { ACCESS_BYTES, type MeterPassword } from "./access.ts";
import { type Dlt645View, readData } from "./readings.ts";
import { ORDER_BYTES, orderOf, type RelayOrders } from "./relay-orders.ts";
import type { Dlt645Settings } from "./settings.ts";

/** ERR of a refusal. DL/T 645-2007, annex A, table of error words. */
const ERROR = { other: 0x01, noData: 0x02, password: 0x04, baud: 0x08 } as const;
/** SERR of a refused purchase, low byte. Q/GDW 365: repeated, count wrong, over the hoarding limit. */
const PURCHASE_ERROR = { other: 0x01, repeated: 0x02, countWrong: 0x20, overLimit: 0x40 } as const;

/** L ≤ 200 in an answer, four bytes of it the identifier, and in all but the first one a frame number. */
const DATA_PER_FRAME = 195;
/** 7.9: a broadcast moves a clock by at most five minutes, once a day. */
const BROADCAST_LIMIT_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

const DATE = 0x04000101;
const TIME = 0x04000102;
const OPEN_ACCOUNT = 0x070101ff;
const PURCHASE = 0x070102ff;
/** Time of the last freeze on command, and the forward energies then. */
const FREEZE_TIME = 0x05000001;
const FREEZE_ENERGY = 0x05000101;
const ALL_RATES = 0x0001ff00;
const BAUD_CODES: Readonly<Record<number, number>> = {
  600: 2,
  1200: 4,
  2400: 8,
  4800: 16,
  9600: 32,
  19200: 64,
};

const done = (data: number[] = []): Dlt645Answer => ({ kind: "done", data });
const refused = (error: number): Dlt645Answer => ({ kind: "refused", data: [error] });

export interface Dlt645MeterParts {
  circuit: SwitchedCircuit;
  meterClock: MeterClock;
  settings: Dlt645Settings;
  orders: RelayOrders;
  password: MeterPassword;
  baud: number;
  view: () => Dlt645View;
  address: { digits: string };
  purchase: { count: number };
  onDurableChange: () => void;
}

/** The functions of DL/T 645-2007, one method each, over the parts of one meter. */
export class Dlt645Functions implements Dlt645Bank {
  readonly #parts: Dlt645MeterParts;
  #following: { dataId: number; rest: number[]; frame: number } | undefined;
  #lastBroadcastDay: number | undefined;
  readonly #functions: Readonly<Record<number, (data: readonly number[]) => Dlt645Answer>> = {
    3: (data) => this.#purchase(data),
    8: (data) => this.#broadcastTime(data),
    17: (data) => this.#read(data),
    18: (data) => this.#readMore(data),
    19: () => done(addressBytes(this.address())),
    20: (data) => this.#write(data),
    21: (data) => this.#writeAddress(data),
    22: () => this.#freeze(),
    23: (data) => (data[0] === BAUD_CODES[this.#parts.baud] ? done([...data]) : refused(ERROR.baud)),
    24: (data) => this.#changePassword(data),
    25: (data) => this.#withAccess(data, () => done()),
    26: (data) => this.#withAccess(data, () => this.#clearEnergies()),
    27: (data) => this.#withAccess(data, () => done()),
    28: (data) => this.#order(data),
  };

  constructor(parts: Dlt645MeterParts) {
    this.#parts = parts;
  }

  address(): string {
    return this.#parts.address.digits;
  }

  execute(function_: number, data: readonly number[], isDirect: boolean): Dlt645Answer {
    this.#parts.circuit.sync();
    const run = this.#functions[function_];
    if (!run) return isDirect ? refused(ERROR.other) : undefined;
    return run(data);
  }

  #read(data: readonly number[]): Dlt645Answer {
    if (data.length < 4) return refused(ERROR.other);
    const dataId = dataIdOf(data);
    const bytes = readData(this.#parts.view(), dataId) ?? this.#parts.settings.read(dataId);
    if (!bytes) return refused(ERROR.noData);
    this.#following = undefined;
    return this.#frameOf(dataId, bytes, 0);
  }

  #readMore(data: readonly number[]): Dlt645Answer {
    const following = this.#following;
    const frame = data[4];
    if (!following || following.dataId !== dataIdOf(data) || frame !== following.frame)
      return refused(ERROR.noData);
    return this.#frameOf(following.dataId, following.rest, frame);
  }

  #frameOf(dataId: number, bytes: readonly number[], frame: number): Dlt645Answer {
    const rest = bytes.slice(DATA_PER_FRAME);
    this.#following = rest.length > 0 ? { dataId, rest, frame: frame + 1 } : undefined;
    const number = frame === 0 ? [] : [frame];
    return {
      kind: "done",
      data: [...dataIdBytes(dataId), ...bytes.slice(0, DATA_PER_FRAME), ...number],
      hasMore: rest.length > 0,
    };
  }

  /** PA P0 P1 P2 C0…C3 first. */
  #withAccess(data: readonly number[], act: () => Dlt645Answer): Dlt645Answer {
    if (data.length < ACCESS_BYTES) return refused(ERROR.other);
    return this.#parts.password.allows(data, "command") ? act() : refused(ERROR.password);
  }

  #write(data: readonly number[]): Dlt645Answer {
    const { password, settings, circuit } = this.#parts;
    const value = data.slice(4 + ACCESS_BYTES);
    if (value.length === 0) return refused(ERROR.other);
    if (!password.allows(data.slice(4), "parameter")) return refused(ERROR.password);
    const dataId = dataIdOf(data);
    if (dataId === DATE || dataId === TIME) return this.#setClock(dataId, value);
    if (settings.read(dataId) === undefined) return refused(ERROR.noData);
    if (!settings.write(dataId, value)) return refused(ERROR.other);
    circuit.obey();
    this.#parts.onDurableChange();
    return done();
  }

  #setClock(dataId: typeof DATE | typeof TIME, value: readonly number[]): Dlt645Answer {
    const { meterClock } = this.#parts;
    const shown = clockFields(meterClock.localMs());
    const digits = value.map((byte) => fromBcd([byte]) ?? 100);
    const [first = 100, second = 100, third = 100, fourth = 100] = digits;
    const fields =
      dataId === DATE
        ? { ...shown, day: second, month: third, year: fourth }
        : { ...shown, second: first, minute: second, hour: third };
    const localMs = localMsOfFields(fields);
    if (value.length !== (dataId === DATE ? 4 : 3) || localMs === undefined) return refused(ERROR.other);
    meterClock.set(localMs);
    this.#parts.onDurableChange();
    return done();
  }

  #broadcastTime(data: readonly number[]): Dlt645Answer {
    const { meterClock } = this.#parts;
    const [second = 100, minute = 100, hour = 100, day = 100, month = 100, year = 100] = data.map(
      (byte) => fromBcd([byte]) ?? 100,
    );
    const localMs = localMsOfFields({ second, minute, hour, day, month, year });
    const today = Math.floor(meterClock.localMs() / DAY_MS);
    if (localMs === undefined || this.#lastBroadcastDay === today) return undefined;
    if (Math.abs(localMs - meterClock.localMs()) > BROADCAST_LIMIT_MS) return undefined;
    this.#lastBroadcastDay = today;
    meterClock.set(localMs);
    return undefined;
  }

  #writeAddress(data: readonly number[]): Dlt645Answer {
    const digits = addressOf(data.slice(0, 6));
    if (!/^\d{12}$/.test(digits)) return refused(ERROR.other);
    this.#parts.address.digits = digits;
    this.#parts.onDurableChange();
    return done();
  }

  #freeze(): Dlt645Answer {
    const { settings, view, meterClock } = this.#parts;
    const { minute, hour, day, month, year } = clockFields(meterClock.localMs());
    settings.keep(
      FREEZE_TIME,
      [minute, hour, day, month, year].flatMap((value) => bcd(value, 1)),
    );
    settings.keep(FREEZE_ENERGY, readData(view(), ALL_RATES) ?? []);
    this.#parts.onDurableChange();
    return done();
  }

  /** DI, old PA and password, new PA and password; the answer repeats the new ones. */
  #changePassword(data: readonly number[]): Dlt645Answer {
    const { password } = this.#parts;
    const next = data.slice(8, 12);
    if (next.length < 4) return refused(ERROR.other);
    if (!password.allows(data.slice(4), "command")) return refused(ERROR.password);
    password.change(next);
    this.#parts.onDurableChange();
    return done(next);
  }

  #clearEnergies(): Dlt645Answer {
    const { circuit } = this.#parts;
    circuit.clearRegisters();
    this.#parts.onDurableChange();
    return done();
  }

  #order(data: readonly number[]): Dlt645Answer {
    const { password, orders, meterClock, circuit } = this.#parts;
    if (data.length !== ORDER_BYTES) return refused(ERROR.other);
    if (!password.allows(data, "command")) return refused(ERROR.password);
    const wanted = orderOf(data);
    if (!wanted || wanted.untilLocalMs < meterClock.localMs()) return refused(ERROR.other);
    if (!orders.obey(wanted.order)) return refused(ERROR.other);
    this.#parts.onDurableChange();
    circuit.obey();
    return done();
  }

  /**
   * Q/GDW 365, function 03: DI, operator, amount (4 BCD × 0.01) and count (4 BCD), and what its encryption adds, which this
   * meter does not check. The count is the meter's own idempotency key.
   */
  #purchase(data: readonly number[]): Dlt645Answer {
    const { circuit, settings, purchase } = this.#parts;
    const dataId = dataIdOf(data);
    const amount = fromBcd(data.slice(8, 12));
    const count = fromBcd(data.slice(12, 16));
    const refuse = (error: number): Dlt645Answer => ({ kind: "refused", data: [error, 0] });
    if (dataId !== PURCHASE && dataId !== OPEN_ACCOUNT) return refuse(PURCHASE_ERROR.other);
    if (data.length < 16 || amount === undefined || count === undefined) return refuse(PURCHASE_ERROR.other);
    if (count === purchase.count && count > 0) return refuse(PURCHASE_ERROR.repeated);
    const isFirst = purchase.count === 0;
    if (count !== purchase.count + 1 || isFirst !== (dataId === OPEN_ACCOUNT))
      return refuse(PURCHASE_ERROR.countWrong);
    if (circuit.remainingMinor + amount > settings.value("hoardingLimitMinor"))
      return refuse(PURCHASE_ERROR.overLimit);
    purchase.count = count;
    circuit.credit(amount);
    this.#parts.onDurableChange();
    circuit.obey();
    return done(dataIdBytes(dataId));
  }
}
