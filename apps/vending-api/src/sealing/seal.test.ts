import { expect, it } from "vitest";
import { seal, unseal } from "./seal.ts";

const SECRET = "a sealing secret that is long enough";
const value = Buffer.from("sk_test_1234", "utf8");

it("opens what it sealed, and never gives the same text twice", () => {
  const [one, two] = [seal(SECRET, "here", value), seal(SECRET, "here", value)];
  expect(one).not.toBe(two);
  expect(one).not.toContain("sk_test");
  for (const text of [one, two]) expect(unseal(SECRET, "here", text)).toEqual(value);
});

it("opens it nowhere else, under no other secret, and not once it was changed", () => {
  const text = seal(SECRET, "here", value);
  expect(unseal(SECRET, "there", text)).toBeUndefined();
  expect(unseal(`${SECRET}!`, "here", text)).toBeUndefined();
  const parts = text.split(".");
  for (const at of [1, 2, 3]) {
    const part = Buffer.from(parts[at] ?? "", "base64url");
    part[0] = (part[0] ?? 0) ^ 1;
    const changed = parts.map((text, i) => (i === at ? part.toString("base64url") : text));
    expect(unseal(SECRET, "here", changed.join(".")), `part ${at}`).toBeUndefined();
  }
  for (const text of ["", "v1", "v2.a.b.c", "v1...", "v1.AAAA.AAAA.AAAA"])
    expect(unseal(SECRET, "here", text)).toBeUndefined();
});
