import { z } from "zod";

const byteSchema = z.int().min(0).max(0xff);

/** Modbus function 16. */
const modbusWriteSchema = z.strictObject({
  address: z.int().min(0).max(0xffff),
  words: z.array(z.int().min(0).max(0xffff)).min(1).max(123),
});

/** DL/T 645 control code with its data, before 33h is added. */
const dlt645WriteSchema = z.strictObject({
  control: z.int().min(0).max(0x1f),
  data: z.array(byteSchema).max(50),
});

/** What goes out in one write transaction. */
export const registerWriteSchema = z.union([modbusWriteSchema, dlt645WriteSchema]);
export type RegisterWrite = z.infer<typeof registerWriteSchema>;
export type ModbusWrite = z.infer<typeof modbusWriteSchema>;
export type Dlt645Write = z.infer<typeof dlt645WriteSchema>;

export function isModbusWrite(write: RegisterWrite): write is ModbusWrite {
  return "words" in write;
}

export const relayControlSchema = z.strictObject({
  command: z.strictObject({
    /**
     * Modbus: what is written. DL/T 645, control code 1C: the command's type N1 and reserved byte N2; password, operator
     * and expiry are put around them when it is sent (`relayWrite`).
     */
    open: registerWriteSchema,
    close: registerWriteSchema,
    unsure: z.string().optional(),
  }),
  /** The word that shows the contact itself: closed when (word & mask) = closedValue. */
  readBack: z.strictObject({
    register: z.string(),
    mask: z.int().positive(),
    closedValue: z.int().nonnegative(),
    unsure: z.string().optional(),
  }),
});
export type RelayControl = z.infer<typeof relayControlSchema>;

/** What a DL/T 645 meter wants to know before it obeys a control command. */
export const meterAccessSchema = z.strictObject({
  /** PA: 0 is the highest level, 9 the lowest; remote control wants 2 or better in most meters. */
  level: z.int().min(0).max(9),
  /** P2 P1 P0 as six digits; the wire carries the low byte P0 first, as all data of DL/T 645-2007. */
  password: z.string().regex(/^\d{6}$/),
  /** C3…C0 as eight hexadecimal digits, low byte first on the wire: who acts, kept in the meter's event records. */
  operator: z.string().regex(/^[0-9a-fA-F]{8}$/),
});
export type MeterAccess = z.infer<typeof meterAccessSchema>;
