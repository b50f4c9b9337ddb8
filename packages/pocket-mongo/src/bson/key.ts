import { exactDecimal } from "./decimal.ts";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  type Doc,
  Double,
  type NumberValue,
  ObjectId,
  Timestamp,
  typeRank,
  type Value,
} from "./value.ts";

/**
 * Keys whose bytes sort as MongoDB sorts the values, so that an index is a range of memcmp-ordered keys.
 * Every encoding is free of prefixes of another, and its first byte lies in 0x01..0xf8, plain or inverted; a byte 0xff
 * after a key is therefore past every key that starts with it.
 */
export class KeyWriter {
  private bytes = Buffer.allocUnsafe(256);
  private at = 0;

  /** Appends one field; `descending` inverts its bytes. */
  field(value: Value, descending: boolean): void {
    const begin = this.at;
    this.value(value);
    if (descending) for (let at = begin; at < this.at; at += 1) this.bytes[at] = ~(this.bytes[at] as number);
  }

  take(): Buffer {
    const made = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    return made;
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  private byte(value: number): void {
    this.room(1);
    this.bytes[this.at] = value;
    this.at += 1;
  }

  private uint32(value: number): void {
    this.room(4);
    this.at = this.bytes.writeUInt32BE(value, this.at);
  }

  private uint64(value: bigint): void {
    this.room(8);
    this.at = this.bytes.writeBigUInt64BE(value, this.at);
  }

  private raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private value(value: Value): void {
    const rank = typeRank(value);
    if (typeof value === "boolean") {
      this.byte(value ? rank + 1 : rank);
      return;
    }
    this.byte(rank);
    if (typeof value === "string") this.text(value);
    else if (typeof value === "number" || typeof value === "bigint") this.number(value);
    else if (value === null) return;
    else if (value instanceof Double || value instanceof Decimal128) this.number(value);
    else if (value instanceof ObjectId) this.raw(value.id);
    else if (value instanceof Date) this.uint64(BigInt.asUintN(64, BigInt(value.getTime()) + (1n << 63n)));
    else if (value instanceof Map) this.document(value);
    else if (Array.isArray(value)) this.array(value);
    else if (value instanceof Binary) this.binary(value);
    else if (value instanceof BSONSymbol) this.text(value.value);
    else if (value instanceof Timestamp) this.uint64(BigInt.asUintN(64, value.toBigInt()));
    else if (value instanceof BSONRegExp) {
      this.text(value.pattern);
      this.text(value.options);
    } else if (value instanceof Code) {
      this.text(value.code);
      if (value.scope instanceof Map) this.document(value.scope as Doc);
    }
  }

  /** UTF-8 sorts by code point, as MongoDB's binary comparison does. A zero byte is escaped, a zero ends the text. */
  private text(text: string): void {
    this.room(text.length * 3 + 1);
    const begin = this.at;
    this.at += this.bytes.write(text, this.at);
    this.byte(0);
    let zero = this.bytes.indexOf(0, begin);
    if (zero === this.at - 1) return;
    const plain = Buffer.from(this.bytes.subarray(begin, this.at - 1));
    this.at = begin;
    for (const byte of plain) {
      this.byte(byte);
      if (byte === 0) this.byte(0xff);
    }
    this.byte(0);
    zero = -1;
  }

  private document(fields: Doc): void {
    for (const [key, value] of fields) {
      // MongoDB compares the fields of two objects by type, then name, then value.
      this.byte(typeRank(value));
      this.text(key);
      this.value(value);
    }
    this.byte(0);
  }

  private array(values: readonly Value[]): void {
    for (const value of values) this.value(value);
    this.byte(0);
  }

  private binary(value: Binary): void {
    const bytes = value.value();
    this.uint32(bytes.length);
    this.byte(value.sub_type);
    this.raw(bytes);
  }

  /**
   * A number is the nearest double towards zero, then, only where that is not exact, its decimal digits. So 1, 1n and
   * 1.0 share one key, and an int64 beyond 2^53 keeps its place between the doubles beside it.
   */
  private number(value: NumberValue): void {
    if (typeof value === "number") {
      this.double(value);
      this.byte(0x80);
      return;
    }
    if (value instanceof Double) {
      this.double(value.value);
      this.byte(0x80);
      return;
    }
    const exact = exactDecimal(value);
    this.double(exact.towardsZero);
    if (exact.digits === undefined) {
      this.byte(0x80);
      return;
    }
    const negative = exact.towardsZero < 0 || Object.is(exact.towardsZero, -0);
    this.byte(negative ? 0x40 : 0xc0);
    const begin = this.at;
    this.uint32(exact.exponent + 0x8000);
    this.text(exact.digits);
    if (negative) for (let at = begin; at < this.at; at += 1) this.bytes[at] = ~(this.bytes[at] as number);
  }

  private double(value: number): void {
    this.room(8);
    if (Number.isNaN(value)) {
      this.bytes.fill(0, this.at, this.at + 8);
      this.at += 8;
      return;
    }
    const begin = this.at;
    this.at = this.bytes.writeDoubleBE(value === 0 ? 0 : value, this.at);
    if ((this.bytes[begin] as number) & 0x80) {
      for (let at = begin; at < this.at; at += 1) this.bytes[at] = ~(this.bytes[at] as number);
    } else {
      this.bytes[begin] = (this.bytes[begin] as number) | 0x80;
    }
  }
}

const writer = new KeyWriter();

/** The sortable key of one value. */
export function keyOf(value: Value): Buffer {
  writer.field(value, false);
  return writer.take();
}

/** A text with the same property, for use as a key of a Map: equal values, and only those, share it. */
export function keyText(value: Value): string {
  writer.field(value, false);
  return writer.take().toString("latin1");
}
