/** The command line as a person meets it: help, one clear line per mistake, exit codes 0, 1 and 2. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulatedSite } from "@hallmeter/meter-simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hallmeter } from "../support/command-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hallmeter-command-line-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}) =>
  hallmeter(args, { cwd: folder, ...options });

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

// A process of its own each, of which most of the time goes into starting it.
describe("wrong use", { concurrent: true }, () => {
  test.each([
    ["an unknown command", ["sell"]],
    ["a missing option", ["gateway"]],
    ["a unit id beyond 247", ["read", "--bus", "tcp://127.0.0.1:1", "--unit", "248"]],
    ["a relay state that is none", ["relay", "toggle", "--bus", "tcp://127.0.0.1:1", "--unit", "1"]],
    ["a plan of nothing", ["plan"]],
    ["a scan beyond 247", ["scan", "--bus", "tcp://127.0.0.1:1", "--units", "240-250"]],
    [
      "a scan of a serial server at two speeds",
      ["scan", "--bus", "tcp://127.0.0.1:1", "--baud", "2400,9600"],
    ],
    ["a plan of a cabinet beyond its frame", ["plan", "--cabinet", "12+4"]],
  ])("%s ends with 2 and says how it is used", async (_what, args) => {
    const { code, stderr, stdout } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: .+\n(\(Did you mean .+\n)?\(--help shows how it is used\)\n$/);
  });

  test("--help ends with 0", async () => {
    const { code, stdout } = await run(["relay", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--bus <url>");
  });
});

describe("malformed files and settings: one clear line, exit code 1", { concurrent: true }, () => {
  test.each([
    ["broken JSON", "{", /gateway\.json.*JSON/i],
    [
      "a missing token",
      '{"server":{"url":"http://127.0.0.1:1"},"dataDir":"d"}',
      /gateway\.json.*server\.token/,
    ],
    [
      "an address that is none",
      '{"server":{"url":"here","token":"0123456789abcdef"},"dataDir":"d"}',
      /gateway\.json.*server\.url/,
    ],
    [
      "a field nobody knows",
      '{"server":{"url":"http://a","token":"0123456789abcdef"},"dataDir":"d","fast":true}',
      /gateway\.json.*fast/,
    ],
  ])("gateway configuration with %s", async (_what, content, expected) => {
    const { code, stderr } = await run([
      "gateway",
      "--config",
      file(`${randomUUID()}-gateway.json`, content),
    ]);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(expected);
  });

  test.each([
    ["simulate", ["simulate", "--site", "nowhere.json"], {}, /nowhere\.json/],
    [
      "api without a secret",
      ["api"],
      { MONGODB_URI: "mongodb://127.0.0.1:1/x" },
      /HALLMETER_JWT_SECRET is missing/,
    ],
    [
      "api with a setting nobody knows",
      ["api"],
      {
        MONGODB_URI: "mongodb://127.0.0.1:1/x",
        HALLMETER_JWT_SECRET: "x".repeat(40),
        HALLMETER_COLOUR: "red",
      },
      /HALLMETER_COLOUR is not a setting/,
    ],
    ["start with a port that is none", ["start"], { HALLMETER_PORT: "http" }, /HALLMETER_PORT/],
    ["start with another store's address", ["start"], { MONGODB_URI: "postgres://x" }, /MONGODB_URI/],
  ])("%s", async (_what, args, env, expected) => {
    const { code, stderr } = await run(args, { env });
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(expected);
  });
});

describe("plan", () => {
  test("shows unit ids by cabinet and ends with 1 when a bus cannot be polled that often", async () => {
    const easy = await run(["plan", "--cabinet", "4+24", "--poll-s", "5"]);
    expect(easy).toMatchObject({ code: 0, stderr: "" });
    expect(easy.stdout).toContain("cabinet at 1: three-phase 1, 4, 7, 10, single-phase 13–36");
    const tight = await run(["plan", "--cabinet", "4+24", "--poll-s", "1", "--json"]);
    expect(tight.code).toBe(1);
    expect(JSON.parse(tight.stdout)).toMatchObject({ ok: true, buses: [{ fits: false }] });
  });
});

describe("the technician's password", () => {
  test("becomes a hash that the gateway's file takes, each time another; a short one is refused", async () => {
    const [first, second, short] = await Promise.all([
      run(["gateway-password"], { input: "correct horse battery\n" }),
      run(["gateway-password"], { input: "correct horse battery\n" }),
      run(["gateway-password"], { input: "short\n" }),
    ]);
    expect(first.stdout).toMatch(/^scrypt\$32768\$8\$1\$[\w-]+\$[\w-]+\n$/);
    expect(second.stdout).not.toBe(first.stdout);
    expect(short).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("shorter than 12") });
  });
});

describe("at a bus", () => {
  test("read and relay speak to a simulated cabinet; a silent unit is said so", async () => {
    const site = await startSimulatedSite({
      buses: [
        {
          id: "bench",
          line: { baud: 9600, parity: "none", stopBits: 1 },
          listen: { tcp: { port: 0 } },
          cabinets: [
            {
              firstUnitId: 1,
              threePhaseCount: 0,
              singlePhaseCount: 2,
              circuits: [{ unitId: 1, initialEnergyWh: 4320, appliances: [{ kind: "kettle" }] }],
            },
          ],
        },
      ],
    });
    try {
      const bus = ["--bus", `tcp://127.0.0.1:${site.reaches[0]?.tcpPort}?baud=9600`];
      const read = await run(["read", ...bus, "--unit", "1", "--json"]);
      expect(read.code).toBe(0);
      const { values } = JSON.parse(read.stdout) as { values: { name: string; value: number }[] };
      expect(values.find(({ name }) => name === "energyWh")?.value).toBe(
        site.circuit("bench", 1).registerEnergyWh,
      );

      const opened = await run(["relay", "open", ...bus, "--unit", "1"]);
      expect(opened).toMatchObject({ code: 0 });
      expect(opened.stdout).toContain("open confirmed");
      expect(site.circuit("bench", 1).relay).toBe("open");

      const scanned = await run(["scan", ...bus, "--units", "1-4", "--json"]);
      expect(scanned).toMatchObject({ code: 0, stderr: "" });
      const found = scanned.stdout
        .split("\n")
        .flatMap((line) => (line.includes('"found",') ? [JSON.parse(line)] : []));
      expect(found).toMatchObject([{ unitId: 1, state: "answered" }, { unitId: 2 }]);
      for (const { fits } of found)
        expect(fits).toContainEqual({ profile: "acrel-adf400l", variant: "single-phase" });
      const nobody = await run(["scan", ...bus, "--units", "50-52"]);
      expect(nobody).toEqual({ code: 1, stdout: "nobody answered\n", stderr: "" });

      const silent = await run(["read", ...bus, "--unit", "99"]);
      expect(silent).toMatchObject({ code: 1, stdout: "" });
      expect(silent.stderr).toBe("hallmeter: the unit did not answer\n");
    } finally {
      await site.close();
    }
  });
});

describe("users and books on the embedded store", () => {
  test("user add, the same login again, and an empty ledger that is in order", async () => {
    const add = ["user", "add", "--login", "first", "--name", "First", "--role", "administrator", "--json"];
    const added = await run(add, { input: "correct horse battery staple\n" });
    expect(added).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(added.stdout)).toMatchObject({ login: "first", roles: ["administrator"] });
    const again = await run(add, { input: "correct horse battery staple\n" });
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr.trim().split("\n")).toHaveLength(1);
    const verified = await run(["verify-ledger", "--json"]);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ entries: 0, findings: [] });
  });
  test("a backup restores into another data directory", async () => {
    const copy = join(folder, "copy");
    expect(await run(["backup", copy, "--json"])).toMatchObject({ code: 0, stderr: "" });
    const elsewhere = { HALLMETER_DATA: join(folder, "elsewhere") };
    expect(await run(["restore", copy, "--yes"], { env: elsewhere })).toMatchObject({ code: 0, stderr: "" });
    const add = ["user", "add", "--login", "first", "--name", "First", "--role", "administrator"];
    const again = await run(add, { env: elsewhere, input: "correct horse battery staple\n" });
    expect(again.stderr).toMatch(/login/i);
    expect(await run(["backup", copy])).toMatchObject({ code: 1, stdout: "" });
  });
});
