import { describe, expect, it } from "vitest";
import { shareReads } from "./share-reads.ts";

/** Reads that end when they are told to. */
function slowReads() {
  const begun: { key: string; end: (answer: string) => void; fail: (error: Error) => void }[] = [];
  const ask = shareReads(
    (key: string) =>
      new Promise<string>((end, fail) => {
        begun.push({ key, end, fail });
      }),
    (key) => key,
  );
  return { begun, ask };
}
const turn = () => new Promise((done) => setImmediate(done));

describe("shared reads", () => {
  it("are one under way and one behind it, however many ask", async () => {
    const { begun, ask } = slowReads();
    const first = ask("s1");
    const others = Array.from({ length: 100 }, () => ask("s1"));
    expect(begun).toHaveLength(1);
    begun[0]?.end("old");
    expect(await first).toBe("old");
    await turn();
    expect(begun).toHaveLength(2);
    begun[1]?.end("new");
    expect(new Set(await Promise.all(others))).toEqual(new Set(["new"]));
  });

  it("never give what was read before the question", async () => {
    const { begun, ask } = slowReads();
    const first = ask("s1");
    begun[0]?.end("1");
    await first;
    await turn();
    const second = ask("s1");
    begun[1]?.end("2");
    expect(await second).toBe("2");
  });

  it("of one key wait for no other's", async () => {
    const { begun, ask } = slowReads();
    const waits = ask("s1");
    const second = ask("s2");
    begun[1]?.end("s2");
    expect(await second).toBe("s2");
    begun[0]?.end("s1");
    expect(await waits).toBe("s1");
  });

  it("go on after one that failed", async () => {
    const { begun, ask } = slowReads();
    const first = ask("s1");
    const second = ask("s1");
    begun[0]?.fail(new Error("no store"));
    await expect(first).rejects.toThrow("no store");
    await turn();
    begun[1]?.end("again there");
    expect(await second).toBe("again there");
  });
});
