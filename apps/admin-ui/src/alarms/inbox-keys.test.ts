import { describe, expect, it } from "vitest";
import { INBOX_KEYS, inboxActOf, movedTo } from "./inbox-keys.ts";

const pressed = (key: string, fields: object = {}) =>
  inboxActOf({ key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...fields });
/** Stands for an element that such a selector finds above it. */
const inside = (tag: string) => ({
  closest: (selector: string) => (selector.split(/[,:]\s*/).includes(tag) ? {} : null),
});

describe("keys of the inbox", () => {
  it("mean one act each", () => {
    const keys = INBOX_KEYS.flatMap(({ keys }) => keys as readonly string[]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { act, keys } of INBOX_KEYS) for (const key of keys) expect(pressed(key)).toBe(act);
    expect(pressed("q")).toBeNull();
  });

  it("are left to fields, controls and the browser", () => {
    expect(pressed("a", { ctrlKey: true })).toBeNull();
    expect(pressed("s", { metaKey: true })).toBeNull();
    expect(pressed("a", { target: inside("textarea") })).toBeNull();
    expect(pressed("Enter", { target: inside("button") })).toBeNull();
    expect(pressed("j", { target: inside("button") })).toBe("next");
  });

  it.each([
    ["next", -1, 3, 0],
    ["previous", -1, 3, 0],
    ["next", 0, 3, 1],
    ["next", 2, 3, 2],
    ["previous", 0, 3, 0],
    ["next", 5, 0, -1],
  ] as const)("%s from %d of %d is %d", (act, current, count, expected) => {
    expect(movedTo(act, current, count)).toBe(expected);
  });
});
