import type { ForcedState } from "../../circuit/circuit-view.ts";
import { localMsOfFields } from "../../circuit/meter-clock.ts";
import { fromBcd } from "../../dlt645/bcd.ts";

/** N1 of function 1C. */
const ORDERS = {
  26: "trip",
  27: "allow-close",
  28: "close",
  42: "alarm",
  43: "end-alarm",
  58: "keep-power",
  59: "end-keep-power",
} as const satisfies Record<number, string>;
export type Order = (typeof ORDERS)[keyof typeof ORDERS];

export const ORDER_BYTES = 16;
const EXPIRY_AT = 10;

/** The order of a command's 16 bytes, and until when by the meter's own clock; undefined when either is none. */
export function orderOf(data: readonly number[]): { order: Order; untilLocalMs: number } | undefined {
  const order = (ORDERS as Record<number, Order>)[data[8] ?? 0];
  const digits = data.slice(EXPIRY_AT, ORDER_BYTES).map((byte) => fromBcd([byte]));
  const [second, minute, hour, day, month, year] = digits;
  if (order === undefined || digits.length < 6 || digits.includes(undefined)) return undefined;
  const untilLocalMs = localMsOfFields({
    second: second ?? 0,
    minute: minute ?? 0,
    hour: hour ?? 0,
    day: day ?? 0,
    month: month ?? 0,
    year: year ?? 0,
  });
  return untilLocalMs === undefined ? undefined : { order, untilLocalMs };
}

const RELAY = ["closed", "tripped", "allowed"] as const;

/** What function 1C has left behind: the relay's order, the alarm, and keep-power, which voids every trip. */
export class RelayOrders {
  relay: (typeof RELAY)[number];
  isAlarmOn: boolean;
  isKeepPowerOn: boolean;

  constructor([relay = 0, alarm = 0, keepPower = 0]: readonly number[] = []) {
    this.relay = RELAY[relay] ?? "closed";
    this.isAlarmOn = alarm === 1;
    this.isKeepPowerOn = keepPower === 1;
  }

  forced(): ForcedState {
    if (this.isKeepPowerOn) return "closed";
    return this.relay === "closed" ? "free" : "open";
  }

  /** Answers false when the order is void: nothing is tripped while power is kept. */
  obey(order: Order): boolean {
    if (order === "trip" && this.isKeepPowerOn) return false;
    if (order === "trip") this.relay = "tripped";
    // The resident closes with the meter's key; a contact that is closed stays so.
    if (order === "allow-close" && this.relay === "tripped") this.relay = "allowed";
    if (order === "close") this.relay = "closed";
    if (order === "alarm" || order === "end-alarm") this.isAlarmOn = order === "alarm";
    if (order === "keep-power" || order === "end-keep-power") this.isKeepPowerOn = order === "keep-power";
    return true;
  }

  pressKey(): void {
    if (this.relay === "allowed") this.relay = "closed";
  }

  entries(): number[] {
    return [RELAY.indexOf(this.relay), this.isAlarmOn ? 1 : 0, this.isKeepPowerOn ? 1 : 0];
  }
}
