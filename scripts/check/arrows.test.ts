import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { arrowViolations } from "./arrows.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hallmeter-arrows-"));
  for (const name of ["packages/meter-model", "packages/pocket-mongo", "packages/meter-simulator"])
    mkdirSync(join(root, name, "src"), { recursive: true });
  for (const name of ["apps/bus-gateway", "apps/vending-api", "apps/admin-ui"])
    mkdirSync(join(root, name, "src"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test.each([
  ["packages/meter-model/src/a.ts", 'import { x } from "@hallmeter/pocket-mongo";', 1],
  ["apps/vending-api/src/ledger/a.ts", 'import type { x } from "../rating/b.ts";', 1],
  ["apps/vending-api/src/rating/a.ts", 'import { x } from "../ledger/b.ts";', 0],
  ["apps/vending-api/src/app.ts", 'import { x } from "@hallmeter/bus-gateway";', 1],
  ["apps/bus-gateway/src/pipe/a.ts", 'export * from "../bus/b.ts";', 1],
  ["apps/bus-gateway/src/pipe/a.ts", 'const b = await import("../bus/b.ts");', 1],
  ["apps/bus-gateway/src/bus/a.ts", 'import { x } from "../protocol/modbus/b.ts";', 0],
  ["apps/bus-gateway/src/main.ts", 'import { x } from "../../vending-api/src/a.ts";', 1],
  ["apps/vending-api/src/ledger/a.test.ts", 'import { x } from "../rating/b.ts";', 0],
  ["apps/vending-api/src/ledger/a.test.ts", 'import { x } from "../../../../tests/support/b.ts";', 0],
  ["apps/vending-api/src/testing/a.ts", 'import { x } from "../../../../tests/support/b.ts";', 0],
  ["apps/vending-api/src/testing/a.ts", 'import { x } from "@hallmeter/bus-gateway";', 1],
  ["apps/vending-api/src/ledger/a.test.ts", 'import { x } from "../testing/b.ts";', 0],
  ["apps/vending-api/src/main.ts", 'import { x } from "./testing/b.ts";', 1],
  ["apps/vending-api/src/rating/testing/a.ts", 'import { x } from "../../testing/b.ts";', 0],
  ["apps/vending-api/src/rating/a.ts", 'import { x } from "./testing/b.ts";', 1],
])("%s with %s has %i violations", (path, text, count) => {
  write(path, text);
  expect(arrowViolations(root)).toHaveLength(count);
});
