import type { z } from "zod";
import type { ModbusRegister, modbusRegisterSchema } from "./profile.ts";

export type RegisterInput = z.input<typeof modbusRegisterSchema>;

/** One line of a manual's register table. `times` multiplies the raw integer into the unit of the name. */
export type RegisterRow = readonly [
  address: number,
  name: string,
  type: ModbusRegister["type"],
  options?: { times?: number; access?: "r" | "rw"; function?: 3 | 4; unsure?: string },
];

export function registersOf(rows: readonly RegisterRow[]): RegisterInput[] {
  return rows.map(([address, name, type, options]) => ({
    address,
    name,
    type,
    scale: [options?.times ?? 1, 1],
    function: options?.function ?? 3,
    ...(options?.access === undefined ? {} : { access: options.access }),
    ...(options?.unsure === undefined ? {} : { unsure: options.unsure }),
  }));
}

/** Rows for a run of equal registers: `count` of them from `address`, named by their number from 1. */
export function run(
  address: number,
  count: number,
  name: (number: string) => string,
  type: ModbusRegister["type"],
  options?: RegisterRow[3],
): RegisterRow[] {
  const step = type === "u16" || type === "s16" ? 1 : 2;
  return Array.from({ length: count }, (_, index) => [
    address + index * step,
    name(String(index + 1).padStart(2, "0")),
    type,
    options ?? {},
  ]);
}
