import { uplinkItemSchema } from "@hallmeter/meter-model";
import { expect, it } from "vitest";
import { DialInStrangers } from "./dial-in-strangers.ts";

const STRANGER = { code: "dial-in-stranger", remoteAddress: "10.0.0.7", said: "44545539" } as const;
const HOUR_MS = 3_600_000;

it("tells of each stranger once an hour, by what it says or else by where it is", () => {
  const strangers = new DialInStrangers(() => "e1");
  const item = strangers.take(STRANGER, 0);
  expect(uplinkItemSchema.parse(item)).toMatchObject({
    type: "event",
    kind: "dial-in-refused",
    params: { code: "dial-in-stranger", remoteAddress: "10.0.0.7", said: "44545539" },
  });
  expect(strangers.take({ ...STRANGER, remoteAddress: "10.0.0.8" }, HOUR_MS - 1)).toBeNull();
  expect(strangers.take({ ...STRANGER, said: "44545538" }, HOUR_MS - 1)).not.toBeNull();
  expect(
    strangers.take({ code: "dial-in-mute", remoteAddress: "10.0.0.7", said: "" }, HOUR_MS - 1),
  ).not.toBeNull();
  expect(
    strangers.take({ code: "dial-in-mute", remoteAddress: "10.0.0.8", said: "" }, HOUR_MS - 1),
  ).not.toBeNull();
  expect(strangers.take(STRANGER, HOUR_MS)).not.toBeNull();
});

it("says no more when the port is scanned", () => {
  const strangers = new DialInStrangers(() => "e");
  const told = Array.from({ length: 1000 }, (_, n) => strangers.take({ ...STRANGER, said: String(n) }, n));
  expect(told.filter((item) => item !== null)).toHaveLength(100);
  expect(strangers.take({ ...STRANGER, said: "later" }, 2 * HOUR_MS)).not.toBeNull();
});
