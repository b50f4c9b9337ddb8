/** Modbus Application Protocol V1.1b3, 7. */
export const EXCEPTION = { illegalFunction: 1, illegalDataAddress: 2, illegalDataValue: 3 } as const;
export type ExceptionCode = (typeof EXCEPTION)[keyof typeof EXCEPTION];

/** The registers behind one unit id. Holding and input registers are the same ones (an ADF400L mirrors FC03 to FC04). */
export interface RegisterBank {
  read(address: number, count: number): readonly number[] | ExceptionCode;
  /** All of them or, with an exception, none. */
  write(address: number, words: readonly number[]): ExceptionCode | undefined;
}
