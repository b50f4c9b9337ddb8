import { PocketMongoError } from "../errors.ts";
import { maxDepth } from "./decode.ts";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  bsonTypes,
  Code,
  Decimal128,
  type Doc,
  Double,
  ObjectId,
  RawDocument,
  Timestamp,
  typeName,
  type Value,
} from "./value.ts";

const firstSize = 4096;
/** A scratch buffer that grew beyond this is given back; it holds the batches of a long scan, so that they leave no garbage. */
const keptSize = 8 * 1024 * 1024;

/** Writes BSON into a buffer that grows. */
class BsonWriter {
  private bytes = Buffer.allocUnsafe(firstSize);
  private at = 0;

  /** What has been written, after `headBytes` that are left for the caller to fill. */
  take(headBytes: number): Buffer {
    const made = Buffer.allocUnsafe(headBytes + this.at);
    this.bytes.copy(made, headBytes, 0, this.at);
    this.at = 0;
    if (this.bytes.length > keptSize) this.bytes = Buffer.allocUnsafe(firstSize);
    return made;
  }

  reset(): void {
    this.at = 0;
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  document(fields: Doc, depth = 0): void {
    const begin = this.begin(depth);
    for (const [key, value] of fields) this.element(key, value, depth);
    this.end(begin);
  }

  private array(values: readonly Value[], depth: number): void {
    const begin = this.begin(depth);
    for (let i = 0; i < values.length; i += 1) this.element(String(i), values[i] as Value, depth);
    this.end(begin);
  }

  private begin(depth: number): number {
    if (depth > maxDepth) {
      throw new PocketMongoError("Overflow", `Exceeded maximum nested object depth: ${maxDepth}`);
    }
    const begin = this.at;
    this.room(4);
    this.at += 4;
    return begin;
  }

  private end(begin: number): void {
    this.byte(0);
    this.bytes.writeInt32LE(this.at - begin, begin);
  }

  private element(key: string, value: Value, depth: number): void {
    const type = typeName(value);
    this.byte(bsonTypes[type].byte);
    this.cstring(key);
    this.value(value, depth);
  }

  private value(value: Value, depth: number): void {
    if (typeof value === "string") this.string(value);
    else if (typeof value === "number") this.int32(value);
    else if (typeof value === "bigint") this.int64(value);
    else if (typeof value === "boolean") this.byte(value ? 1 : 0);
    else if (value === null) return;
    else if (value instanceof Map) this.document(value, depth + 1);
    else if (Array.isArray(value)) this.array(value, depth + 1);
    else if (value instanceof ObjectId) this.raw(value.id);
    else if (value instanceof Double) this.double(value.value);
    else if (value instanceof Date) this.int64(BigInt(value.getTime()));
    else if (value instanceof RawDocument) this.raw(value.bytes);
    else if (value instanceof Binary) this.binary(value);
    else if (value instanceof Decimal128) this.raw(value.bytes);
    else if (value instanceof BSONRegExp) {
      this.cstring(value.pattern);
      this.cstring(value.options);
    } else if (value instanceof BSONSymbol) this.string(value.value);
    else if (value instanceof Timestamp) this.int64(BigInt.asIntN(64, value.toBigInt()));
    else if (value instanceof Code) this.code(value, depth);
  }

  private byte(value: number): void {
    this.room(1);
    this.bytes[this.at] = value;
    this.at += 1;
  }

  private int32(value: number): void {
    this.room(4);
    this.at = this.bytes.writeInt32LE(value, this.at);
  }

  private int64(value: bigint): void {
    this.room(8);
    this.at = this.bytes.writeBigInt64LE(value, this.at);
  }

  private double(value: number): void {
    this.room(8);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  private raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private cstring(text: string): void {
    this.room(text.length * 3 + 1);
    const begin = this.at;
    this.text(text);
    for (let at = begin; at < this.at; at += 1) {
      if (this.bytes[at] === 0)
        throw new PocketMongoError("BadValue", "a field name may not contain a null byte");
    }
    this.byte(0);
  }

  private string(text: string): void {
    const begin = this.at;
    this.room(text.length * 3 + 5);
    this.at += 4;
    this.text(text);
    this.byte(0);
    this.bytes.writeInt32LE(this.at - begin - 4, begin);
  }

  private text(text: string): void {
    if (text.length > 24) {
      this.at += this.bytes.write(text, this.at);
      return;
    }
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.at -= i;
        this.at += this.bytes.write(text, this.at);
        return;
      }
      this.bytes[this.at] = code;
      this.at += 1;
    }
  }

  private binary(value: Binary): void {
    const bytes = value.value();
    this.int32(bytes.length);
    this.byte(value.sub_type);
    this.raw(bytes);
  }

  private code(value: Code, depth: number): void {
    if (!(value.scope instanceof Map)) {
      this.string(value.code);
      return;
    }
    const begin = this.at;
    this.int32(0);
    this.string(value.code);
    this.document(value.scope as Doc, depth + 1);
    this.bytes.writeInt32LE(this.at - begin, begin);
  }
}

const writer = new BsonWriter();

/** Encodes one document into a buffer of its own, after `headBytes` that are not yet written. */
export function encode(fields: Doc, headBytes = 0): Buffer {
  try {
    writer.document(fields);
    return writer.take(headBytes);
  } catch (error) {
    writer.reset();
    throw error;
  }
}
