import {
  type DescribedValue,
  describeBlock,
  type ModbusReadBlock,
  type ProfileVariant,
  type ReadBlock,
} from "@hallmeter/meter-model";
import { GATEWAY_ERRORS } from "../../errors.ts";
import { refusalOf } from "../../protocol/dlt645/error-word.ts";
import {
  DATA_ID_BYTES,
  type Dlt645Frame,
  FROM_METER,
  MORE_FOLLOWS,
  parseFrame,
  REFUSED,
} from "../../protocol/dlt645/frame.ts";
import { FUNCTIONS } from "../../protocol/dlt645/functions.ts";
import { exceptionRefusal } from "../../protocol/modbus/exception-codes.ts";
import { exceptionOf, wordsOf } from "../../protocol/modbus/pdu.ts";
import { hexWord } from "../hex-word.ts";
import type { OverheardFrame } from "./line-sniffer.ts";

export interface DescribedFrame {
  direction: "request" | "answer" | "noise";
  /** Modbus unit id or DL/T 645 address; null for noise. */
  unitId: string | null;
  /** One line for a person. */
  text: string;
  /** Registers by name, where the profile knows them and the request before said which they are. */
  values: DescribedValue[];
}

const DLT645_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(FUNCTIONS).map(([name, code]) => [code, name]),
);
const MODBUS_NAMES: Readonly<Record<number, string>> = {
  1: "read coils",
  2: "read inputs",
  3: "read holding registers",
  4: "read input registers",
  5: "write coil",
  6: "write register",
  15: "write coils",
  16: "write registers",
};
const NOISE_SHOWN_BYTES = 16;
const EXCEPTION_BIT = 0x80;

/** Whether the function of an answer, or of a refusal, writes. */
function isWrite(functionCode: number): boolean {
  return MODBUS_NAMES[functionCode & ~EXCEPTION_BIT]?.startsWith("write") ?? false;
}

/** Says what passes on a line, frame by frame: an answer can only be read with the request before it. */
export class FrameReader {
  readonly #variant: ProfileVariant | undefined;
  #asked: { unitId: string; bytes: Uint8Array; block: ReadBlock | undefined } | undefined;

  /** @param variant names the registers, where it is given */
  constructor(variant?: ProfileVariant) {
    this.#variant = variant;
  }

  describe(frame: OverheardFrame): DescribedFrame {
    if (frame.protocol === "noise") return noise(frame.bytes);
    const dlt645 = frame.protocol === "dlt645" ? parseFrame(frame.bytes) : null;
    return dlt645 ? this.#dlt645(dlt645, frame.bytes) : this.#modbus(frame.bytes);
  }

  #modbus(bytes: Uint8Array): DescribedFrame {
    const [unit = 0, code = 0] = bytes;
    const unitId = String(unit);
    const name = MODBUS_NAMES[code & 0x7f] ?? `function ${code & 0x7f}`;
    const exception = exceptionOf(bytes);
    if (exception !== null) {
      const { code: meaning } = exceptionRefusal(exception, isWrite(code) ? "write" : "read");
      const why = meaning === "exception-unknown" ? "no standard meaning" : GATEWAY_ERRORS[meaning].text;
      return this.#answer(unitId, `refuses to ${name}: exception ${exception}, ${why}`);
    }
    if (this.#isModbusAnswer(bytes)) {
      if (code !== 3 && code !== 4) return this.#answer(unitId, `done: ${name}`);
      const words = wordsOf(bytes);
      return this.#answer(unitId, `${words.length} registers: ${words.map(hexDigits).join(" ")}`, words);
    }
    const address = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    const count = ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0);
    const block: ModbusReadBlock | undefined =
      (code === 3 || code === 4) && count >= 1 && count <= 125
        ? { name, function: code, address, count }
        : undefined;
    this.#asked = { unitId, bytes, block };
    const what =
      code === 5 || code === 6 ? `${hexWord(address)} = ${hexWord(count)}` : `${hexWord(address)} × ${count}`;
    const written = code === 16 ? `: ${wordsFrom(bytes.subarray(7, -2)).map(hexDigits).join(" ")}` : "";
    return { direction: "request", unitId, text: `${name} ${what}${written}`, values: [] };
  }

  /** Registers come in twos, so their answer is never as long as a request; the others repeat unit and function of theirs. */
  #isModbusAnswer(bytes: Uint8Array): boolean {
    const [unit, code = 0, third = 0] = bytes;
    if (code === 3 || code === 4) return third % 2 === 0 && bytes.length === 5 + third;
    const asked = this.#asked?.bytes;
    const isAsked = asked !== undefined && asked[0] === unit && asked[1] === code;
    if (code === 1 || code === 2) return bytes.length === 5 + third && (bytes.length !== 8 || isAsked);
    return isAsked && bytes.length === 8 && asked[2] === third;
  }

  #dlt645(frame: Dlt645Frame, bytes: Uint8Array): DescribedFrame {
    const { address: unitId, control, data } = frame;
    const code = control & 0x1f;
    const name = DLT645_NAMES.get(code) ?? `function ${hexByte(code)}`;
    if (control & FROM_METER && control & REFUSED)
      return this.#answer(unitId, `refuses ${name}: ${refusalOf(data[0] ?? 0).detail}`);
    const dataId = data.length >= DATA_ID_BYTES ? dataIdOf(data) : undefined;
    const named = dataId === undefined ? "" : ` ${dataId.toString(16).toUpperCase().padStart(8, "0")}`;
    if (control & FROM_METER) {
      const rest = data.slice(DATA_ID_BYTES);
      const more = control & MORE_FOLLOWS ? ", more follows" : "";
      return this.#answer(unitId, `${name}${named}: ${rest.map(hexByte).join(" ")}${more}`, rest);
    }
    const block = code === FUNCTIONS.read && dataId !== undefined ? this.#blockOf(dataId) : undefined;
    this.#asked = { unitId, bytes, block };
    return { direction: "request", unitId, text: `${name}${named}`, values: [] };
  }

  /** An answer says how long it is; the block takes that over when it comes. */
  #blockOf(dataId: number): ReadBlock {
    return { name: "overheard", dataId, bytes: 1 };
  }

  #answer(unitId: string, text: string, words?: readonly number[]): DescribedFrame {
    const asked = this.#asked;
    this.#asked = undefined;
    const values =
      words && words.length > 0 && asked?.block && asked.unitId === unitId
        ? this.#valuesOf(asked.block, words)
        : [];
    return { direction: "answer", unitId, text, values };
  }

  #valuesOf(block: ReadBlock, words: readonly number[]): DescribedValue[] {
    if (!this.#variant) return [];
    const heard: ReadBlock =
      "address" in block ? { ...block, count: words.length } : { ...block, bytes: words.length };
    return describeBlock(this.#variant.registers, heard, words);
  }
}

function noise(bytes: Uint8Array): DescribedFrame {
  const shown = [...bytes.subarray(0, NOISE_SHOWN_BYTES)].map(hexByte).join(" ");
  const rest = bytes.length > NOISE_SHOWN_BYTES ? ` … ${bytes.length - NOISE_SHOWN_BYTES} more` : "";
  return {
    direction: "noise",
    unitId: null,
    text: `${bytes.length} bytes of no frame: ${shown}${rest}`,
    values: [],
  };
}

function wordsFrom(bytes: Uint8Array): number[] {
  return Array.from(
    { length: bytes.length / 2 },
    (_, n) => ((bytes[2 * n] ?? 0) << 8) | (bytes[2 * n + 1] ?? 0),
  );
}

function dataIdOf([b0 = 0, b1 = 0, b2 = 0, b3 = 0]: readonly number[]): number {
  return ((b3 << 24) | (b2 << 16) | (b1 << 8) | b0) >>> 0;
}

function hexDigits(word: number): string {
  return word.toString(16).toUpperCase().padStart(4, "0");
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
