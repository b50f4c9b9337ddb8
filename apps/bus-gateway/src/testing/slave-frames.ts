/** Frames of a slave, built without anything the gateway itself uses. */

export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}

/** Bit by bit, as Modbus over Serial Line V1.02 describes it in clause 6.2.2. */
export function withCrc(body: readonly number[]): Uint8Array {
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let shift = 0; shift < 8; shift++) {
      const carry = crc & 1;
      crc >>>= 1;
      if (carry) crc ^= 0xa001;
    }
  }
  return Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
}

export function readReply(unitId: number, words: readonly number[], functionCode = 3): Uint8Array {
  return withCrc([
    unitId,
    functionCode,
    words.length * 2,
    ...words.flatMap((word) => [word >>> 8, word & 0xff]),
  ]);
}

export function writeReply(unitId: number, address: number, count: number): Uint8Array {
  return withCrc([unitId, 16, address >>> 8, address & 0xff, count >>> 8, count & 0xff]);
}

export function exceptionReply(unitId: number, functionCode: number, exception: number): Uint8Array {
  return withCrc([unitId, functionCode | 0x80, exception]);
}

export interface SlaveRequest {
  unitId: number;
  functionCode: number;
  address: number;
  count: number;
  /** Of a write. */
  words: number[];
}

export function parseRequest(frame: Uint8Array): SlaveRequest {
  const bytes = [...frame];
  const word = (index: number) => ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  const [unitId = 0, functionCode = 0] = bytes;
  const count = word(4);
  const words = functionCode === 16 ? Array.from({ length: count }, (_, n) => word(7 + 2 * n)) : [];
  return { unitId, functionCode, address: word(2), count, words };
}

export function joined(...frames: Uint8Array[]): Uint8Array {
  return Uint8Array.from(frames.flatMap((frame) => [...frame]));
}
