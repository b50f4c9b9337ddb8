import { describe, expect, it } from "vitest";
import { REFUSED } from "../control/operate-relay.ts";
import { type FailureClass, GATEWAY_ERRORS, GatewayError, type GatewayErrorCode } from "../errors.ts";
import { refusal } from "../protocol/protocol.ts";
import { answered, busOver, slaves } from "../testing/scripted-bus.ts";
import type { Script, Utterance } from "../testing/scripted-wire.ts";
import { exceptionReply, joined, readReply, writeReply } from "../testing/slave-frames.ts";
import { noteAnswer, UnitRegister } from "./units.ts";

type Counter = "replies" | "timeouts" | "crcErrors" | "protocolErrors" | "exceptions";
const COUNTERS = ["replies", "timeouts", "crcErrors", "protocolErrors", "exceptions"] as const;

interface Row {
  failureClass: FailureClass;
  /** Which of its unit's counters it raises; null for what says nothing about a unit. */
  counter: Counter | null;
}

/** Every code there is: a new one does not compile until somebody has thought of its class and its counter. */
const CODES = {
  "bus-down": { failureClass: "transient", counter: null },
  "bus-closed": { failureClass: "permanent", counter: null },
  "bus-jammed": { failureClass: "transient", counter: null },
  "bus-url-invalid": { failureClass: "permanent", counter: null },
  "dial-in-off": { failureClass: "permanent", counter: null },
  "dial-in-port": { failureClass: "permanent", counter: null },
  "dial-in-taken": { failureClass: "permanent", counter: null },
  "dial-in-stranger": { failureClass: "permanent", counter: null },
  "dial-in-mute": { failureClass: "transient", counter: null },
  "dial-in-flood": { failureClass: "transient", counter: null },
  "reply-timeout": { failureClass: "transient", counter: "timeouts" },
  "reply-truncated": { failureClass: "transient", counter: "protocolErrors" },
  "reply-corrupt": { failureClass: "transient", counter: "crcErrors" },
  "reply-foreign": { failureClass: "transient", counter: "protocolErrors" },
  "reply-doubled": { failureClass: "transient", counter: "protocolErrors" },
  "duplicate-address": { failureClass: "transient", counter: "protocolErrors" },
  // Says what is known of the write; what happened on the wire is its cause, and counted as that.
  "write-unconfirmed": { failureClass: "ambiguous", counter: null },
  "function-refused": { failureClass: "permanent", counter: "exceptions" },
  "address-refused": { failureClass: "permanent", counter: "exceptions" },
  "value-refused": { failureClass: "permanent", counter: "exceptions" },
  "unit-failed": { failureClass: "transient", counter: "exceptions" },
  "unit-busy": { failureClass: "transient", counter: "exceptions" },
  // A gateway on the way answers it in place of a unit that is silent.
  "unit-unreachable": { failureClass: "transient", counter: "timeouts" },
  "exception-unknown": { failureClass: "permanent", counter: "exceptions" },
  "purchase-count-refused": { failureClass: "permanent", counter: "exceptions" },
  "purchase-limit-refused": { failureClass: "permanent", counter: "exceptions" },
  "purchase-repeated": { failureClass: "permanent", counter: "exceptions" },
  "password-refused": { failureClass: "permanent", counter: "exceptions" },
  "speed-refused": { failureClass: "permanent", counter: "exceptions" },
  "tariff-refused": { failureClass: "permanent", counter: "exceptions" },
  expired: { failureClass: "permanent", counter: null },
  superseded: { failureClass: "permanent", counter: null },
  "queue-full": { failureClass: "transient", counter: null },
  "config-file-invalid": { failureClass: "permanent", counter: null },
  "store-locked": { failureClass: "permanent", counter: null },
  "store-corrupt": { failureClass: "permanent", counter: null },
  "store-unavailable": { failureClass: "transient", counter: null },
  "server-unreachable": { failureClass: "transient", counter: null },
  "server-busy": { failureClass: "transient", counter: null },
  "server-denied": { failureClass: "permanent", counter: null },
  "server-refused": { failureClass: "permanent", counter: null },
  "server-answer-invalid": { failureClass: "transient", counter: null },
} as const satisfies Record<GatewayErrorCode, Row>;

const rows = Object.entries(CODES).map(([code, row]) => ({ code: code as GatewayErrorCode, ...row }));

describe("every error code", () => {
  it("stands in the table, once", () => {
    expect(Object.keys(CODES)).toEqual(Object.keys(GATEWAY_ERRORS));
  });

  it("that a unit answered is a refusal to whoever wrote", () => {
    const answered = rows.filter(({ counter }) => counter === "exceptions").map(({ code }) => code);
    expect([...REFUSED].sort()).toEqual(answered.sort());
  });

  it.for(rows)("$code is $failureClass, and has a text", ({ code, failureClass }) => {
    const error = new GatewayError(code, "detail");
    expect(error.failureClass).toBe(failureClass);
    expect(error.message).toMatch(/^\S.+: detail$/);
  });

  it.for(rows)("$code counts as $counter of its unit, and as nothing else", ({ code, counter }) => {
    const unit = new UnitRegister().get(13);
    const isAnswer = counter === "exceptions" || code === "unit-unreachable";
    const sent = counter !== null;
    noteAnswer(unit, refusal(code, { answered: isAnswer, sent }), {
      nowMs: 1000,
      nowWallMs: 1000,
      longestLatencyMs: 400,
      random: 0,
      shape: "read 3 1",
    });
    const raised = COUNTERS.filter((name) => unit[name] > 0);
    expect(raised).toEqual(counter === null ? [] : [counter]);
  });
});

describe("what is heard on the line", () => {
  const WORDS = Array<number>(18).fill(13);
  const reply = readReply(13, WORDS);
  const corrupt = reply.map((byte, index) => (index === 7 ? byte ^ 1 : byte));
  const says =
    (bytes: Uint8Array): Script =>
    (frame) => [answered(frame, bytes, 20)];
  const twice = (other: Uint8Array): Script => {
    return (frame): Utterance[] => [answered(frame, joined(reply, other), 20)];
  };

  it.for<{ name: string; script: Script; code: GatewayErrorCode }>([
    { name: "nothing", script: () => [], code: "reply-timeout" },
    { name: "half an answer", script: says(reply.subarray(0, 11)), code: "reply-truncated" },
    { name: "a flipped bit", script: says(corrupt), code: "reply-corrupt" },
    { name: "another unit's answer", script: says(readReply(14, WORDS)), code: "reply-foreign" },
    { name: "an answer of another length", script: says(readReply(13, [1])), code: "reply-foreign" },
    { name: "the answer to a write", script: says(writeReply(13, 0x300, 18)), code: "reply-foreign" },
    { name: "the answer twice", script: twice(reply), code: "reply-doubled" },
    {
      name: "two answers",
      script: twice(readReply(13, WORDS.toReversed().with(0, 9))),
      code: "duplicate-address",
    },
    { name: "exception 1", script: says(exceptionReply(13, 3, 1)), code: "function-refused" },
    { name: "exception 6", script: says(exceptionReply(13, 3, 6)), code: "unit-busy" },
    { name: "exception 11", script: says(exceptionReply(13, 3, 11)), code: "unit-unreachable" },
    { name: "exception 77", script: says(exceptionReply(13, 3, 77)), code: "exception-unknown" },
  ])("$name is $code, and counted apart for its unit", async ({ script, code }) => {
    const others = slaves();
    const { clock, read, bus } = busOver((frame, index) =>
      frame[0] === 13 ? script(frame, index) : others(frame, index),
    );
    await clock.until(read({ unitId: 15 }));
    const { failureClass, counter } = CODES[code];
    await expect(clock.until(read({ unitId: 13 }))).rejects.toMatchObject({ code, failureClass });
    const none = { replies: 0, timeouts: 0, crcErrors: 0, protocolErrors: 0, exceptions: 0 };
    const asked = bus.budget().units.filter(({ unitId }) => unitId === 13 || unitId === 15);
    expect(asked).toMatchObject([
      { unitId: 13, ...none, ...(counter && { [counter]: 1 }) },
      { unitId: 15, ...none, replies: 1 },
    ]);
  });
});
