import {
  isModbusBlock,
  isModbusWrite,
  type ReadBlock,
  type RegisterWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import type { LineDiscipline, LineOutcome } from "../line/line-discipline.ts";
import {
  type Answer,
  type Refusal,
  refusal,
  type UnitTiming,
  unconfirmed,
  type WireProtocol,
} from "../protocol.ts";
import { EXCEPTION_CODES, WRITE_MAY_HAVE_HAPPENED } from "./exception-codes.ts";
import { modbusFraming } from "./modbus-framing.ts";
import { exceptionOf, readRequest, wordsOf, writeRequest } from "./pdu.ts";
import { READ_REPLY_FRAME_BYTES, WRITE_REPLY_BYTES } from "./wire-time.ts";

type Reply = { ok: true; frame: Uint8Array; atMonotonicMs: number; turnaroundMs: number };

/** Modbus RTU: functions 3, 4 and 16 over a line whose manners are kept elsewhere. */
export class ModbusRtu implements WireProtocol {
  readonly #discipline: Pick<LineDiscipline, "transact">;

  constructor(discipline: Pick<LineDiscipline, "transact">) {
    this.#discipline = discipline;
  }

  async read(unitId: UnitId, block: ReadBlock, timing: UnitTiming): Promise<Answer<number[]>> {
    if (typeof unitId !== "number" || !isModbusBlock(block)) return notModbus();
    const answerBytes = READ_REPLY_FRAME_BYTES + 2 * block.count;
    const { reply } = await this.#transact(readRequest(unitId, block), timing, answerBytes);
    return reply.ok ? { ...said(reply), value: wordsOf(reply.frame) } : reply;
  }

  /** Function 16. */
  async write(unitId: UnitId, write: RegisterWrite, timing: UnitTiming): Promise<Answer<void>> {
    if (typeof unitId !== "number" || !isModbusWrite(write)) return notModbus();
    const { reply, exception } = await this.#transact(writeRequest(unitId, write), timing, WRITE_REPLY_BYTES);
    if (reply.ok) return { ...said(reply), value: undefined };
    const isDoubtful =
      exception === null ? reply.sent && !reply.answered : WRITE_MAY_HAVE_HAPPENED.has(exception);
    return isDoubtful ? unconfirmed(reply) : reply;
  }

  async #transact(
    request: Uint8Array,
    timing: UnitTiming,
    answerBytes: number,
  ): Promise<{ reply: Reply | Refusal; exception: number | null }> {
    const outcome = await this.#discipline.transact(request, {
      ...timing,
      answerBytes,
      framing: modbusFraming,
    });
    if (outcome.kind !== "answer") return { reply: missed(outcome), exception: null };
    const exception = exceptionOf(outcome.frame);
    if (exception === null) return { reply: { ok: true, ...outcome }, exception };
    return {
      reply: refusal(EXCEPTION_CODES[exception] ?? "exception-unknown", { answered: true }),
      exception,
    };
  }
}

/** Nothing was sent: the caller has mixed the protocols up, and the unit cannot know the function. */
function notModbus(): Refusal {
  return refusal("function-refused", { sent: false });
}

function said({ atMonotonicMs, turnaroundMs }: Reply) {
  return { ok: true, atMonotonicMs, turnaroundMs } as const;
}

function missed(outcome: Exclude<LineOutcome, { kind: "answer" }>): Refusal {
  if (outcome.kind !== "failure") return refusal(outcome.code, { sent: outcome.kind === "broken" });
  const { code, earliestEndMs, foreignUnitId, foreignFrame } = outcome;
  return refusal(code, { earliestEndMs, foreignUnitId, foreignFrame });
}
