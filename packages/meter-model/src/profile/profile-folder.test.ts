import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readProfileFolder } from "./profile-folder.ts";
import { referenceCabinet } from "./reference-cabinet.ts";

const folder = mkdtempSync(join(tmpdir(), "hallmeter-profiles-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  writeFileSync(join(folder, "b.json"), JSON.stringify({ ...referenceCabinet, id: "my-cabinet" }));
  writeFileSync(join(folder, "a.json"), '{ "id": }');
  writeFileSync(join(folder, "notes.txt"), "not a profile");
  mkdirSync(join(folder, "old.json"));
});

it("reads the profiles of a folder, and names the file that is wrong", () => {
  const { profiles, errors } = readProfileFolder(folder);
  expect(profiles.map(({ id }) => id)).toEqual(["my-cabinet"]);
  expect(errors).toMatchObject([{ file: join(folder, "a.json"), line: 1, column: 9 }]);
});

it("takes a folder that is not there as empty", () => {
  expect(readProfileFolder(join(folder, "missing"))).toEqual({ profiles: [], errors: [] });
});
