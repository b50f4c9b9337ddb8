import {
  isModbusBlock,
  isModbusWrite,
  type ReadBlock,
  type RegisterWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import ModbusRTU from "modbus-serial";
import type { NodeStyleCallback } from "modbus-serial/ModbusRTU";
import { GatewayError } from "../../errors.ts";
import type { LineDiscipline, LineOutcome } from "../line/line-discipline.ts";
import {
  type Answer,
  type Refusal,
  refusal,
  type UnitTiming,
  unconfirmed,
  type WireProtocol,
} from "../protocol.ts";
import { exceptionRefusal, WRITE_MAY_HAVE_HAPPENED } from "./exception-codes.ts";
import { LinePort } from "./line-port.ts";
import { modbusFraming } from "./modbus-framing.ts";
import { exceptionOf } from "./pdu.ts";
import { READ_REPLY_FRAME_BYTES, WRITE_REPLY_BYTES } from "./wire-time.ts";

/** What carries a request to its unit and brings back the one answer that belongs to it. */
export type Transact = Pick<LineDiscipline, "transact">;

interface Said<T> {
  answer: Answer<T>;
  /** The exception code of the reply, where it is one. */
  exception: number | null;
}

/** Functions 3, 4 and 16: modbus-serial builds and reads the PDUs, what is behind `transact` owns the wire. */
export class ModbusRtu implements WireProtocol {
  readonly #line: Transact;
  readonly #port = new LinePort();
  readonly #library = new ModbusRTU(this.#port);

  constructor(line: Transact) {
    this.#line = line;
    this.#library.open(() => {});
  }

  async read(unitId: UnitId, block: ReadBlock, timing: UnitTiming): Promise<Answer<number[]>> {
    if (typeof unitId !== "number" || !isModbusBlock(block)) return notModbus();
    const { address, count } = block;
    const { answer } = await this.#call<{ data: number[] }>(
      "read",
      (next) =>
        block.function === 3
          ? this.#library.writeFC3(unitId, address, count, next)
          : this.#library.writeFC4(unitId, address, count, next),
      timing,
      READ_REPLY_FRAME_BYTES + 2 * count,
    );
    return answer.ok ? { ...answer, value: answer.value.data } : answer;
  }

  /** Function 16. */
  async write(unitId: UnitId, write: RegisterWrite, timing: UnitTiming): Promise<Answer<void>> {
    if (typeof unitId !== "number" || !isModbusWrite(write)) return notModbus();
    const { address, words } = write;
    const { answer, exception } = await this.#call<{ address: number; length: number }>(
      "write",
      (next) => this.#library.writeFC16(unitId, address, [...words], next),
      timing,
      WRITE_REPLY_BYTES,
    );
    if (answer.ok) {
      const confirms = answer.value.address === address && answer.value.length === words.length;
      return confirms ? { ...answer, value: undefined } : unconfirmed(refusal("reply-foreign"));
    }
    const isDoubtful =
      exception === null ? answer.sent && !answer.answered : WRITE_MAY_HAVE_HAPPENED.has(exception);
    return isDoubtful ? unconfirmed(answer) : answer;
  }

  async #call<T>(
    kind: "read" | "write",
    build: (next: NodeStyleCallback<T>) => void,
    timing: UnitTiming,
    answerBytes: number,
  ): Promise<Said<T>> {
    let parsed: { error: Error | null; value: T } | undefined;
    build((error, value) => {
      parsed = { error, value };
    });
    const request = this.#port.takeRequest();
    const outcome = await this.#line.transact(request, { ...timing, answerBytes, framing: modbusFraming });
    if (outcome.kind !== "answer") return { answer: missed(outcome), exception: null };
    this.#port.deliver(outcome.frame);
    const exception = exceptionOf(outcome.frame);
    if (exception !== null) {
      const { code, detail } = exceptionRefusal(exception, kind);
      const error = new GatewayError(code, detail);
      return { answer: refusal(code, { error, answered: true }), exception };
    }
    if (!parsed || parsed.error) return { answer: refusal("reply-foreign"), exception };
    const { atMonotonicMs, turnaroundMs } = outcome;
    return { answer: { ok: true, value: parsed.value, atMonotonicMs, turnaroundMs }, exception };
  }
}

/** Nothing was sent: the caller has mixed the protocols up, and the unit cannot know the function. */
function notModbus(): Refusal {
  return refusal("function-refused", { sent: false });
}

function missed(outcome: Exclude<LineOutcome, { kind: "answer" }>): Refusal {
  if (outcome.kind !== "failure") return refusal(outcome.code, { sent: outcome.kind === "broken" });
  const { code, earliestEndMs, foreignUnitId, foreignFrame } = outcome;
  return refusal(code, { earliestEndMs, foreignUnitId, foreignFrame });
}
