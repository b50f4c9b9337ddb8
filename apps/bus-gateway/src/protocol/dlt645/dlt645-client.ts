import {
  type Dlt645ReadBlock,
  dataIdBytes,
  isModbusBlock,
  isModbusWrite,
  type ReadBlock,
  type RegisterWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import { GatewayError } from "../../errors.ts";
import type { LineDiscipline } from "../line/line-discipline.ts";
import {
  type Answer,
  type Refusal,
  refusal,
  type UnitTiming,
  unconfirmed,
  type WireProtocol,
} from "../protocol.ts";
import {
  ADDRESS_BYTES,
  ANY_ADDRESS,
  BROADCAST_ADDRESS,
  isAddressPattern,
  isWholeAddress,
} from "./address.ts";
import { dlt645Framing } from "./dlt645-framing.ts";
import { refusalOf, WRITE_MAY_HAVE_HAPPENED } from "./error-word.ts";
import {
  buildRequest,
  DATA_ID_BYTES,
  type Dlt645Frame,
  frameBytes,
  MORE_FOLLOWS,
  parseFrame,
  REFUSED,
} from "./frame.ts";
import { FUNCTIONS, UNANSWERED_FUNCTIONS } from "./functions.ts";

const SEQUENCE_BYTES = 1;

type Reply = Answer<Dlt645Frame>;

/** DL/T 645-2007 over a line whose manners are kept elsewhere. */
export class Dlt645Client implements WireProtocol {
  readonly #discipline: LineDiscipline;

  constructor(discipline: LineDiscipline) {
    this.#discipline = discipline;
  }

  /**
   * Function 11, and 12 for what does not fit into one answer: that one names the data and the number of the frame, so that
   * others may speak in between. An address may leave its high digits open with pairs of A:
   * whoever fits answers, and where that is more than one their answers collide.
   */
  async read(unitId: UnitId, block: ReadBlock, timing: UnitTiming): Promise<Answer<number[]>> {
    if (typeof unitId !== "string" || !isAddressPattern(unitId) || isModbusBlock(block)) return notDlt645();
    if (unitId === BROADCAST_ADDRESS) return notDlt645();
    const dataId = dataIdBytes(block.dataId);
    const value: number[] = [];
    for (let sequence = 0; ; sequence++) {
      if (sequence > 0 && (await timing.between?.()) === false) return refusal("superseded");
      const asked =
        sequence === 0
          ? { address: unitId, control: FUNCTIONS.read, data: dataId }
          : { address: unitId, control: FUNCTIONS.readMore, data: [...dataId, sequence] };
      const reply = await this.#ask(asked, timing, DATA_ID_BYTES + block.bytes - value.length);
      if (!reply.ok) return reply;
      const { control, data } = reply.value;
      const part = data.slice(DATA_ID_BYTES, sequence === 0 ? undefined : -SEQUENCE_BYTES);
      value.push(...part);
      const isLast = (control & MORE_FOLLOWS) === 0;
      if (isLast && value.length === block.bytes) return { ...reply, value };
      if (isLast || value.length >= block.bytes || part.length === 0) return otherLength(value.length, block);
    }
  }

  /** Any control code with its data; the time may go to every meter at once, and nothing else may. */
  async write(unitId: UnitId, write: RegisterWrite, timing: UnitTiming): Promise<Answer<void>> {
    if (typeof unitId !== "string" || isModbusWrite(write)) return notDlt645();
    const isUnanswered = UNANSWERED_FUNCTIONS.has(write.control);
    if (!isWholeAddress(unitId) || (unitId === BROADCAST_ADDRESS && !isUnanswered)) return notDlt645();
    const asked = { address: unitId, ...write };
    if (isUnanswered) return this.#say(asked, timing);
    const reply = await this.#ask(asked, timing, 0);
    if (reply.ok) return { ...reply, value: undefined };
    const isDoubtful = reply.answered ? WRITE_MAY_HAVE_HAPPENED.has(reply.cause) : reply.sent;
    return isDoubtful ? unconfirmed(reply) : reply;
  }

  /** Function 13: the address of the one meter on the line. Where there are more, their answers collide. */
  async readAddress(timing: UnitTiming): Promise<Answer<string>> {
    const asked = { address: ANY_ADDRESS, control: FUNCTIONS.readAddress, data: [] };
    const reply = await this.#ask(asked, timing, ADDRESS_BYTES);
    return reply.ok ? { ...reply, value: reply.value.address } : reply;
  }

  async #ask(asked: Dlt645Frame, timing: UnitTiming, answerDataBytes: number): Promise<Reply> {
    const outcome = await this.#discipline.transact(buildRequest(asked), {
      ...timing,
      answerBytes: frameBytes(answerDataBytes),
      framing: dlt645Framing,
    });
    if (outcome.kind === "failure") {
      const { code, earliestEndMs, foreignUnitId } = outcome;
      return refusal(code, { earliestEndMs, foreignUnitId });
    }
    if (outcome.kind !== "answer") return refusal(outcome.code, { sent: outcome.kind === "broken" });
    const frame = parseFrame(outcome.frame);
    if (frame === null) return refusal("reply-corrupt");
    if ((frame.control & REFUSED) !== 0) return refused(frame);
    const { atMonotonicMs, turnaroundMs } = outcome;
    return { ok: true, value: frame, atMonotonicMs, turnaroundMs };
  }

  /** Nobody answers: it is done when it has left, whatever is heard meanwhile. */
  async #say(asked: Dlt645Frame, { gapMs }: UnitTiming): Promise<Answer<void>> {
    const timing = { gapMs, allowanceMs: 0, answerBytes: 0, framing: dlt645Framing };
    const outcome = await this.#discipline.transact(buildRequest(asked), timing);
    if (outcome.kind === "not-sent" || outcome.kind === "broken")
      return refusal(outcome.code, { sent: outcome.kind === "broken" });
    const atMonotonicMs = outcome.kind === "answer" ? outcome.atMonotonicMs : outcome.earliestEndMs;
    return { ok: true, value: undefined, atMonotonicMs, turnaroundMs: 0 };
  }
}

function refused({ data: [errorWord = 0] }: Dlt645Frame): Refusal {
  const { code, detail } = refusalOf(errorWord);
  return refusal(code, { error: new GatewayError(code, detail), answered: true });
}

/** The meter answers well, and another number of bytes than its profile says. */
function otherLength(bytes: number, block: Dlt645ReadBlock): Refusal {
  const detail = `${bytes} data bytes of ${block.name}, ${block.bytes} in the profile`;
  return refusal("reply-foreign", { error: new GatewayError("reply-foreign", detail), answered: true });
}

/** Nothing was sent: the caller has mixed the protocols up, or means everybody. */
function notDlt645(): Refusal {
  return refusal("function-refused", { sent: false });
}
