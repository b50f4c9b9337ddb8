import { bcd, fromBcd } from "../../dlt645/bcd.ts";

/** Parameters that function 14 writes and 11 reads: format, and what a meter is delivered with. */
const PARAMETERS = {
  alarm1Minor: { dataId: 0x04001001, bytes: 4, delivered: 0 },
  alarm2Minor: { dataId: 0x04001002, bytes: 4, delivered: 0 },
  overdraftMinor: { dataId: 0x04001003, bytes: 4, delivered: 0 },
  hoardingLimitMinor: { dataId: 0x04001004, bytes: 4, delivered: 99_999_999 },
  closePermitMinor: { dataId: 0x04001005, bytes: 4, delivered: 0 },
  /** 0.0001 of money per kWh at rate 3, the one that everything is used at. */
  priceTenThousandths: { dataId: 0x04050103, bytes: 4, delivered: 0 },
  /** Interval of a cellular meter's own reports: kept, and read back. */
  reportInterval: { dataId: 0x04600101, bytes: 2, delivered: 0 },
} as const satisfies Record<string, { dataId: number; bytes: number; delivered: number }>;
export type SettingName = keyof typeof PARAMETERS;

const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString("hex");

/** Parameters, the last freeze, and what else a DL/T 645 meter keeps under an identifier. */
export class Dlt645Settings {
  readonly #items: Map<number, number[]>;

  constructor(items: Readonly<Record<string, string>> = {}) {
    this.#items = new Map(
      Object.entries(items).map(([dataId, bytes]) => [
        Number.parseInt(dataId, 16),
        [...Buffer.from(bytes, "hex")],
      ]),
    );
  }

  value(name: SettingName): number {
    const { dataId, delivered } = PARAMETERS[name];
    const bytes = this.#items.get(dataId);
    return bytes === undefined ? delivered : (fromBcd(bytes) ?? delivered);
  }

  /** Undefined for an identifier that nothing is kept under. */
  read(dataId: number): number[] | undefined {
    const parameter = Object.values(PARAMETERS).find((each) => each.dataId === dataId);
    return this.#items.get(dataId) ?? (parameter && bcd(parameter.delivered, parameter.bytes));
  }

  /** Answers whether there is such a parameter, of that length, and the bytes are digits. */
  write(dataId: number, bytes: readonly number[]): boolean {
    const parameter = Object.values(PARAMETERS).find((each) => each.dataId === dataId);
    if (parameter?.bytes !== bytes.length || fromBcd(bytes) === undefined) return false;
    this.keep(dataId, bytes);
    return true;
  }

  keep(dataId: number, bytes: readonly number[]): void {
    this.#items.set(dataId, [...bytes]);
  }

  reset(): void {
    this.#items.clear();
  }

  entries(): Record<string, string> {
    return Object.fromEntries(
      [...this.#items].map(([dataId, bytes]) => [dataId.toString(16).padStart(8, "0"), hex(bytes)]),
    );
  }
}
