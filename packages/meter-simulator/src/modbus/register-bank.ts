/** Modbus Application Protocol V1.1b3, 7; from 13h on, the refusals of prepaid firmware (Acrel's). */
export const EXCEPTION = {
  illegalFunction: 1,
  illegalDataAddress: 2,
  illegalDataValue: 3,
  gatewayTargetSilent: 0x0b,
  purchaseCountWrong: 0x13,
  overHoardingLimit: 0x14,
} as const;
export type ExceptionCode = (typeof EXCEPTION)[keyof typeof EXCEPTION];

/** Modbus Application Protocol V1.1b3, 6.3 and 6.4: holding and input registers, each with addresses of their own. */
export type ReadFunction = 3 | 4;

/** The registers behind one unit id. */
export interface RegisterBank {
  read(address: number, count: number, functionCode?: ReadFunction): readonly number[] | ExceptionCode;
  /** All of them or, with an exception, none. */
  write(address: number, words: readonly number[]): ExceptionCode | undefined;
  /** By a manufacturer's own function; only some have one. */
  factoryWrite?(address: number, words: readonly number[]): ExceptionCode | undefined;
}
