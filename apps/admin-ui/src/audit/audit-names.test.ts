import { expect, it } from "vitest";
import { valueWord } from "./audit-names.ts";

it.each([
  ["status", "open", "audit.value.open"],
  ["intended", "open", "relay.open"],
  ["rules.viciousLoad.mode", "trip", "audit.value.trip"],
  ["presence", "flaky", "presence.flaky"],
  ["note", "done", "done"],
  ["state", "of-tomorrow", "of-tomorrow"],
])("%s “%s” is told as %s", (path, word, told) => {
  expect(valueWord(path, word, (key) => key)).toBe(told);
});
