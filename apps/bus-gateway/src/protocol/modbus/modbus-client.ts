import type { ModbusReadBlock } from "@hallmeter/meter-model";
import ModbusRTU from "modbus-serial";
import type { NodeStyleCallback } from "modbus-serial/ModbusRTU";
import { GatewayError, type GatewayErrorCode } from "../../errors.ts";
import { EXCEPTION_CODES, WRITE_MAY_HAVE_HAPPENED } from "./exception-codes.ts";
import type { LineDiscipline, LineTiming } from "./line-discipline.ts";
import { LinePort } from "./line-port.ts";

export type UnitTiming = Omit<LineTiming, "answerBytes">;

export type Answer<T> =
  | { ok: true; value: T; atMonotonicMs: number; turnaroundMs: number }
  | {
      ok: false;
      error: GatewayError;
      /** What happened on the wire, where `error` speaks of the write as a whole. */
      cause: GatewayErrorCode;
      /** An exception reply: the unit is there. */
      answered: boolean;
      /** The request went out, at least in part. */
      sent: boolean;
      foreignUnitId?: number;
      /** Of a request that went unanswered: when the answer of a unit that needs no time at all would have been over. */
      earliestEndMs?: number;
    };

type Refusal = Extract<Answer<never>, { ok: false }>;

interface LibraryResult<T> {
  error: Error | null;
  value: T;
}

const WRITE_REPLY_BYTES = 8;

/** Reads and writes registers of one bus. modbus-serial builds and reads the PDUs; the line discipline owns the wire. */
export class ModbusClient {
  readonly #line: LineDiscipline;
  readonly #port = new LinePort();
  readonly #library = new ModbusRTU(this.#port);

  constructor(line: LineDiscipline) {
    this.#line = line;
    this.#library.open(() => {});
  }

  async readRegisters(unitId: number, block: ModbusReadBlock, timing: UnitTiming): Promise<Answer<number[]>> {
    const { address, count } = block;
    const answer = await this.#call<{ data: number[] }>(
      (next) =>
        block.function === 3
          ? this.#library.writeFC3(unitId, address, count, next)
          : this.#library.writeFC4(unitId, address, count, next),
      { ...timing, answerBytes: 5 + 2 * count },
    );
    return answer.ok ? { ...answer, value: answer.value.data } : answer;
  }

  /** Function 16. Any doubt whether the unit has carried it out ends in "write-unconfirmed". */
  async writeRegisters(
    unitId: number,
    address: number,
    words: readonly number[],
    timing: UnitTiming,
  ): Promise<Answer<null>> {
    const answer = await this.#call<{ address: number; length: number }>(
      (next) => this.#library.writeFC16(unitId, address, [...words], next),
      { ...timing, answerBytes: WRITE_REPLY_BYTES },
      WRITE_MAY_HAVE_HAPPENED,
    );
    if (answer.ok) {
      const confirms = answer.value.address === address && answer.value.length === words.length;
      return confirms ? { ...answer, value: null } : unconfirmed(failed("reply-foreign"));
    }
    return answer.sent && !answer.answered ? unconfirmed(answer) : answer;
  }

  async #call<T>(
    build: (next: NodeStyleCallback<T>) => void,
    timing: LineTiming,
    doubtful?: ReadonlySet<number>,
  ): Promise<Answer<T>> {
    let parsed: LibraryResult<T> | undefined;
    build((error, value) => {
      parsed = { error, value };
    });
    const outcome = await this.#line.transact(this.#port.takeRequest(), timing);
    switch (outcome.kind) {
      case "not-sent":
        return { ...failed(outcome.code), sent: false };
      case "broken":
        return failed(outcome.code);
      case "failure":
        return {
          ...failed(outcome.code),
          foreignUnitId: outcome.foreignUnitId,
          earliestEndMs: outcome.earliestEndMs,
        };
    }
    this.#port.deliver(outcome.frame);
    if (!parsed) return failed("reply-foreign");
    if (!parsed.error) {
      const { atMonotonicMs, turnaroundMs } = outcome;
      return { ok: true, value: parsed.value, atMonotonicMs, turnaroundMs };
    }
    const exception = exceptionOf(parsed.error);
    if (exception === null) return failed("reply-foreign");
    const refusal = { ...failed(EXCEPTION_CODES[exception] ?? "exception-unknown"), answered: true };
    return doubtful?.has(exception) ? unconfirmed(refusal) : refusal;
  }
}

function failed(cause: GatewayErrorCode): Refusal {
  return { ok: false, error: new GatewayError(cause), cause, answered: false, sent: true };
}

function unconfirmed(refusal: Refusal): Refusal {
  const { error, cause } = refusal;
  return { ...refusal, error: new GatewayError("write-unconfirmed", error.message, { cause: error }), cause };
}

/** modbus-serial hangs the exception code on its error under a name that its types leave out. */
function exceptionOf(error: Error): number | null {
  return "modbusCode" in error && typeof error.modbusCode === "number" ? error.modbusCode : null;
}
