import { PocketMongoError } from "../errors.ts";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  bsonTypes,
  bsonUndefined,
  Code,
  Decimal128,
  type Doc,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  type Value,
} from "./value.ts";

/** MongoDB's own limit on nesting (BSONDepth::kDefaultMaxAllowableDepth); it also bounds our recursion. */
export const maxDepth = 200;

/** The largest document MongoDB stores. */
export const maxDocumentBytes = 16 * 1024 * 1024;

const byteOf = {
  double: bsonTypes.double.byte,
  string: bsonTypes.string.byte,
  object: bsonTypes.object.byte,
  array: bsonTypes.array.byte,
  binData: bsonTypes.binData.byte,
  undefined: bsonTypes.undefined.byte,
  objectId: bsonTypes.objectId.byte,
  bool: bsonTypes.bool.byte,
  date: bsonTypes.date.byte,
  null: bsonTypes.null.byte,
  regex: bsonTypes.regex.byte,
  javascript: bsonTypes.javascript.byte,
  symbol: bsonTypes.symbol.byte,
  javascriptWithScope: bsonTypes.javascriptWithScope.byte,
  int: bsonTypes.int.byte,
  timestamp: bsonTypes.timestamp.byte,
  long: bsonTypes.long.byte,
  decimal: bsonTypes.decimal.byte,
  minKey: bsonTypes.minKey.byte,
  maxKey: bsonTypes.maxKey.byte,
} as const;

function invalid(why: string): PocketMongoError {
  return new PocketMongoError("InvalidBSON", `Invalid BSON: ${why}`);
}

/** Reads documents from one buffer. Every length is checked against the buffer: the bytes may come from anyone. */
export class BsonReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.at;
  }

  /** Reads the document at `offset`; with `wanted`, only those of its top-level fields (the rest is skipped). */
  document(offset: number, wanted?: ReadonlySet<string>): Doc {
    this.at = offset;
    return this.fields(0, wanted);
  }

  private start(depth: number): number {
    if (depth > maxDepth) {
      throw new PocketMongoError("Overflow", `Exceeded maximum nested object depth: ${maxDepth}`);
    }
    const begin = this.at;
    const length = this.int32();
    const end = begin + length;
    if (length < 5 || end > this.bytes.length) throw invalid("document length is out of bounds");
    if (this.bytes[end - 1] !== 0) throw invalid("document has no terminating null");
    return end;
  }

  private fields(depth: number, wanted?: ReadonlySet<string>): Doc {
    const end = this.start(depth);
    const made: Doc = new Map();
    for (;;) {
      const type = this.byte();
      if (type === 0) break;
      const key = this.cstring();
      if (wanted !== undefined && !wanted.has(key)) this.skip(type);
      else made.set(key, this.value(type, depth));
      if (this.at >= end) throw invalid("a field runs past its document");
    }
    if (this.at !== end) throw invalid("document length does not fit its fields");
    return made;
  }

  private array(depth: number): Value[] {
    const end = this.start(depth);
    const made: Value[] = [];
    for (;;) {
      const type = this.byte();
      if (type === 0) break;
      while (this.byte() !== 0);
      made.push(this.value(type, depth));
      if (this.at >= end) throw invalid("an element runs past its array");
    }
    if (this.at !== end) throw invalid("array length does not fit its elements");
    return made;
  }

  private value(type: number, depth: number): Value {
    switch (type) {
      case byteOf.int:
        return this.int32();
      case byteOf.string:
        return this.string();
      case byteOf.objectId:
        return new ObjectId(Uint8Array.prototype.slice.call(this.bytes, this.at, this.advance(12)));
      case byteOf.object:
        return this.fields(depth + 1);
      case byteOf.array:
        return this.array(depth + 1);
      case byteOf.double:
        return new Double(this.bytes.readDoubleLE(this.advance(8) - 8));
      case byteOf.bool:
        return this.bool();
      case byteOf.date:
        return this.date();
      case byteOf.null:
        return null;
      case byteOf.long:
        return this.bytes.readBigInt64LE(this.advance(8) - 8);
      case byteOf.binData:
        return this.binary();
      case byteOf.decimal:
        return new Decimal128(Uint8Array.prototype.slice.call(this.bytes, this.at, this.advance(16)));
      case byteOf.timestamp:
        return new Timestamp(this.bytes.readBigUInt64LE(this.advance(8) - 8));
      case byteOf.regex:
        return new BSONRegExp(this.cstring(), this.cstring());
      case byteOf.symbol:
        return new BSONSymbol(this.string());
      case byteOf.javascript:
        return new Code(this.string());
      case byteOf.javascriptWithScope:
        return this.codeWithScope(depth);
      case byteOf.minKey:
        return new MinKey();
      case byteOf.maxKey:
        return new MaxKey();
      case byteOf.undefined:
        return bsonUndefined;
      default:
        throw invalid(`unrecognized or unsupported BSON type ${type}`);
    }
  }

  private skip(type: number): void {
    switch (type) {
      case byteOf.int:
        this.advance(4);
        return;
      case byteOf.double:
      case byteOf.date:
      case byteOf.long:
      case byteOf.timestamp:
        this.advance(8);
        return;
      case byteOf.objectId:
        this.advance(12);
        return;
      case byteOf.string:
        this.advance(this.length());
        return;
      case byteOf.object:
      case byteOf.array: {
        const length = this.int32();
        if (length < 5) throw invalid("document length is out of bounds");
        this.advance(length - 4);
        return;
      }
      case byteOf.bool:
        this.advance(1);
        return;
      case byteOf.null:
        return;
      default:
        this.value(type, 0);
    }
  }

  private advance(count: number): number {
    const next = this.at + count;
    if (next > this.bytes.length) throw invalid("value runs past the end of the buffer");
    this.at = next;
    return next;
  }

  private byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw invalid("document runs past the end of the buffer");
    this.at += 1;
    return value;
  }

  private int32(): number {
    const end = this.advance(4);
    return this.bytes.readInt32LE(end - 4);
  }

  private length(): number {
    const length = this.int32();
    if (length < 1) throw invalid("string length is out of bounds");
    return length;
  }

  private string(): string {
    const length = this.length();
    const end = this.advance(length);
    if (this.bytes[end - 1] !== 0) throw invalid("string is not null-terminated");
    return this.text(end - length, end - 1);
  }

  private cstring(): string {
    const begin = this.at;
    while (this.byte() !== 0);
    return this.text(begin, this.at - 1);
  }

  /** Short ASCII is put together here, because crossing into the runtime's decoder costs more than the loop. */
  private text(begin: number, end: number): string {
    if (end - begin > 24) return this.bytes.toString("utf8", begin, end);
    let made = "";
    for (let at = begin; at < end; at += 1) {
      const byte = this.bytes[at] as number;
      if (byte > 0x7f) return this.bytes.toString("utf8", begin, end);
      made += String.fromCharCode(byte);
    }
    return made;
  }

  private bool(): boolean {
    const value = this.byte();
    if (value > 1) throw invalid("boolean is neither 0 nor 1");
    return value === 1;
  }

  private date(): Date {
    const ms = Number(this.bytes.readBigInt64LE(this.advance(8) - 8));
    const date = new Date(ms);
    if (Number.isNaN(date.getTime())) {
      throw new PocketMongoError(
        "BadValue",
        `a date ${ms} ms from 1970 is beyond what this server keeps exactly`,
      );
    }
    return date;
  }

  private binary(): Binary {
    const length = this.int32();
    if (length < 0) throw invalid("binary length is out of bounds");
    const subtype = this.byte();
    const end = this.advance(length);
    return new Binary(Uint8Array.prototype.slice.call(this.bytes, end - length, end), subtype);
  }

  private codeWithScope(depth: number): Code {
    const end = this.at + this.int32();
    const code = this.string();
    const scope = this.fields(depth + 1);
    if (this.at !== end) throw invalid("code with scope has a wrong length");
    return new Code(code, scope);
  }
}

/** Decodes the document that starts at `offset` of the buffer. */
export function decode(bytes: Uint8Array, offset = 0, wanted?: ReadonlySet<string>): Doc {
  return new BsonReader(bytes).document(offset, wanted);
}
