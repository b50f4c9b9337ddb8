import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { outboxLimitBytes, parseGatewayFile, readGatewayFile, registrationEnd } from "./config-file.ts";

const directory = mkdtempSync(join(tmpdir(), "hallmeter-config-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const good = { server: { url: "https://power.example", token: "0123456789abcdef" }, dataDir: "store" };
const path = join(directory, "gateway.json");

function messageOf(text: string): string {
  writeFileSync(path, text);
  try {
    readGatewayFile(path);
    return "";
  } catch (error) {
    expect(error).toMatchObject({ code: "config-file-invalid" });
    return error instanceof Error ? error.message : "";
  }
}

describe("the gateway's file", () => {
  it("is read, with the store beside it", () => {
    writeFileSync(path, JSON.stringify({ ...good, web: { port: 4010, password: "long enough pw" } }));
    expect(readGatewayFile(path)).toMatchObject({ dataDir: join(directory, "store"), outboxLimitMiB: 512 });
    expect(outboxLimitBytes(parseGatewayFile({ ...good, outboxLimitMiB: 64 }, path))).toBe(64 * 2 ** 20);
  });

  it.each([
    { dialIn: undefined, end: {} },
    { dialIn: { port: 4020 }, end: {} },
    { dialIn: { port: 4020, registrationEnd: { bytes: 15 } }, end: { bytes: 15 } },
    {
      dialIn: { port: 4020, registrationEnd: { terminator: "hex:0D 0A" } },
      end: { terminator: [0x0d, 0x0a] },
    },
  ])("says how registrations end: $dialIn", ({ dialIn, end }) => {
    expect(registrationEnd(parseGatewayFile({ ...good, dialIn }, path))).toEqual(end);
  });

  it.each([
    {
      why: "an end that leaves a byte open",
      content: { ...good, dialIn: { port: 4020, registrationEnd: { terminator: "hex:0D ??" } } },
      expected: /dialIn\.registrationEnd/,
    },
    { why: "no JSON", text: "{", expected: /gateway\.json: .*JSON/ },
    {
      why: "no token",
      content: { ...good, server: { url: good.server.url } },
      expected: /gateway\.json: server\.token: /,
    },
    {
      why: "a short token",
      content: { ...good, server: { ...good.server, token: "x" } },
      expected: /server\.token: is shorter than 16 characters/,
    },
    {
      why: "another protocol",
      content: { ...good, server: { ...good.server, url: "ftp://power.example" } },
      expected: /server\.url: is not an http or https address/,
    },
    {
      why: "no address",
      content: { ...good, server: { ...good.server, url: "power.example" } },
      expected: /server\.url: is not an http or https address/,
    },
    {
      why: "a path",
      content: { ...good, server: { ...good.server, url: "https://power.example/api/v1" } },
      expected: /server\.url: must be the server's origin/,
    },
    {
      why: "a misspelt name",
      content: { ...good, datadir: "x" },
      expected: /file: Unrecognized key: "datadir"/,
    },
    { why: "a port beyond ports", content: { ...good, web: { port: 70_000 } }, expected: /web\.port: / },
    { why: "a tiny outbox", content: { ...good, outboxLimitMiB: 1 }, expected: /outboxLimitMiB: / },
  ])("says what is wrong with $why", ({ text, content, expected }) => {
    const message = messageOf(text ?? JSON.stringify(content));
    expect(message).toMatch(expected);
    expect(message.split("\n")).toHaveLength(1);
  });

  it("is missed by its name", () => {
    expect(() => readGatewayFile(join(directory, "absent.json"))).toThrow(/absent\.json: ENOENT/);
  });
});
