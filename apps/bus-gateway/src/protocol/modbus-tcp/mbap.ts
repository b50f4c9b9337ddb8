/**
 * Modbus Messaging on TCP/IP V1.0b, 3.1.3: transaction id, protocol id 0, length of what follows, unit id; then the PDU.
 */
const PREFIX_BYTES = 6;
const LENGTH_AT = 4;
export const UNIT_ID_AT = PREFIX_BYTES;
const MODBUS_PROTOCOL = 0;
/** Unit id and function code, at least. */
const LEAST_BODY_BYTES = 2;
/** Unit id and the longest PDU (Modbus Application Protocol V1.1b3, clause 4.1). */
const MOST_BODY_BYTES = 1 + 253;

export interface Adu {
  transactionId: number;
  /** Unit id and PDU: an RTU frame without its checksum. */
  body: Uint8Array;
  /** All of it, as it came. */
  bytes: Uint8Array;
}

export function buildAdu(transactionId: number, body: Uint8Array): Uint8Array {
  const adu = new Uint8Array(PREFIX_BYTES + body.length);
  const view = new DataView(adu.buffer);
  view.setUint16(0, transactionId);
  view.setUint16(2, MODBUS_PROTOCOL);
  view.setUint16(LENGTH_AT, body.length);
  adu.set(body, PREFIX_BYTES);
  return adu;
}

/** Cuts a stream of bytes into ADUs. */
export class AduReader {
  #rest = new Uint8Array(0);

  /** @returns whole ADUs, in order, and what can belong to none: after it the next bytes are taken for a beginning */
  take(bytes: Uint8Array): { adus: Adu[]; garbage: Uint8Array } {
    const all = Buffer.concat([this.#rest, bytes]);
    const adus: Adu[] = [];
    let start = 0;
    while (all.length - start >= PREFIX_BYTES) {
      const bodyBytes = all.readUInt16BE(start + LENGTH_AT);
      const isModbus = all.readUInt16BE(start + 2) === MODBUS_PROTOCOL;
      if (!isModbus || bodyBytes < LEAST_BODY_BYTES || bodyBytes > MOST_BODY_BYTES) {
        this.#rest = new Uint8Array(0);
        return { adus, garbage: all.subarray(start) };
      }
      const end = start + PREFIX_BYTES + bodyBytes;
      if (all.length < end) break;
      adus.push({
        transactionId: all.readUInt16BE(start),
        body: all.subarray(start + PREFIX_BYTES, end),
        bytes: all.subarray(start, end),
      });
      start = end;
    }
    this.#rest = Uint8Array.from(all.subarray(start));
    return { adus, garbage: new Uint8Array(0) };
  }

  /** A new connection begins with a new ADU. */
  reset(): void {
    this.#rest = new Uint8Array(0);
  }
}
