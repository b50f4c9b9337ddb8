import { describe, expect, it } from "vitest";
import { newPassword } from "./new-password.ts";

const counting = () => {
  let next = 0;
  return (count: number) => Uint8Array.from({ length: count }, () => next++ % 256);
};

describe("a new password", () => {
  it("is four groups of four that nobody misreads", () => {
    expect(newPassword(counting())).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(newPassword(counting())).not.toMatch(/[ilo01]/);
  });

  it("takes no byte that would favour some characters", () => {
    const rounds = [255, 254, 248].map((byte) => Uint8Array.of(byte));
    const all = [...rounds, ...Array.from({ length: 16 }, () => Uint8Array.of(0))];
    expect(newPassword(() => all.shift() ?? Uint8Array.of(1))).toBe("aaaa-aaaa-aaaa-aaaa");
  });
});
