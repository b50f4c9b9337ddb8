import { describe, expect, it } from "vitest";
import type { GatewayErrorCode } from "../errors.ts";
import { afterExchange, QUIET_BUS } from "./bus-health.ts";

const repeated = (code: GatewayErrorCode, times: number) => Array<GatewayErrorCode>(times).fill(code);

describe("a jammed bus", () => {
  it.for<{ name: string; outcomes: (GatewayErrorCode | null)[]; jammed: boolean }>([
    { name: "five garbled exchanges are bad luck", outcomes: repeated("reply-corrupt", 5), jammed: false },
    { name: "six are a jam", outcomes: repeated("reply-corrupt", 6), jammed: true },
    {
      name: "of whatever kind",
      outcomes: ["reply-foreign", "reply-truncated", "duplicate-address", ...repeated("reply-corrupt", 3)],
      jammed: true,
    },
    { name: "dead units are silent", outcomes: repeated("reply-timeout", 50), jammed: false },
    {
      name: "a clean answer between",
      outcomes: [...repeated("reply-corrupt", 5), null, "reply-corrupt"],
      jammed: false,
    },
    { name: "a line that is never silent", outcomes: ["bus-jammed"], jammed: true },
    { name: "over with the first answer", outcomes: [...repeated("reply-corrupt", 9), null], jammed: false },
    { name: "over with the first clean silence", outcomes: ["bus-jammed", "reply-timeout"], jammed: false },
  ])("$name", ({ outcomes, jammed }) => {
    expect(outcomes.reduce(afterExchange, QUIET_BUS).jammed).toBe(jammed);
  });
});
