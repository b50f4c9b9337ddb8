import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayConfig, referenceCabinet } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { loadProfiles } from "./profiles.ts";

const folder = mkdtempSync(join(tmpdir(), "hallmeter-profiles-"));
let api: TestApi;
let site: TestSite;

beforeAll(async () => {
  const own = { ...referenceCabinet, id: "my-cabinet", name: "My cabinet" };
  writeFileSync(join(folder, "cabinet.json"), JSON.stringify(own));
  api = await startTestApi({ profilesDir: folder });
  site = await addTestSite(api, { rooms: 1 });
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a user's own profile", () => {
  it("is listed, taken by meters, and handed to the gateway with the circuits that name it", async () => {
    const token = await api.tokenFor("administrator", { siteIds: [site.siteId] });
    const post = async (path: string, body: object) =>
      (await api.call<{ id: string; loop?: number }>("POST", path, { token, body })).body;
    const profiles = await api.call<{ id: string }[]>("GET", "/profiles", { token });
    expect(profiles.body.map(({ id }) => id)).toContain("my-cabinet");

    const meter = { busId: site.busId, profile: "my-cabinet", firstUnitId: 100, name: "Cabinet" };
    const { id: meterId } = await post("/meters", meter);
    const circuit = { meterId, variant: "circuit", unitAddress: 100 };
    expect(await post("/circuits", { ...circuit, loop: 1, name: "One" })).toMatchObject({ loop: 1 });
    expect(await post("/circuits", { ...circuit, loop: 12, name: "Twelve" })).toMatchObject({ loop: 12 });
    expect(await post("/circuits", { ...circuit, loop: 12, name: "Again" })).toMatchObject({
      code: "address-taken",
    });
    expect(await post("/circuits", { ...circuit, loop: 13, name: "Thirteen" })).toMatchObject({
      code: "address-invalid",
    });

    const { body } = await api.call<GatewayConfig>("GET", "/gateway/config", { token: site.gatewayToken });
    expect(body.profiles?.map(({ id }) => id)).toEqual(["my-cabinet"]);
    expect(body.circuits.filter(({ unitId }) => unitId === 100).map(({ loop }) => loop)).toEqual([1, 12]);
  });

  it("stops the start when its file is wrong, with the place", () => {
    writeFileSync(join(folder, "broken.json"), '{\n  "id": My\n}');
    expect(() => loadProfiles(folder)).toThrow(
      expect.objectContaining({
        code: "invalid-settings",
        message: expect.stringContaining(`${join(folder, "broken.json")}:2:9: not JSON`),
      }),
    );
  });
});

it("the password of a DL/T 645 meter goes to its gateway and is never shown", async () => {
  const token = await api.tokenFor("administrator", { siteIds: [site.siteId] });
  const unitId = "000000000001";
  const add = async (path: string, body: object) =>
    (await api.call<{ id: string; code?: string }>("POST", path, { token, body })).body;
  const meter = { busId: site.busId, profile: "dlt645-prepaid", firstUnitId: unitId, name: "Flat 1" };
  const { id: meterId } = await add("/meters", meter);
  const access = { level: 2, password: "123456", operator: "00000001" };
  const circuit = { meterId, variant: "single-phase", unitAddress: unitId, name: "Flat 1", access };
  const shown = await add("/circuits", circuit);
  expect(shown).toMatchObject({ unitAddress: unitId, hasAccess: true });
  expect(JSON.stringify(shown)).not.toContain("123456");
  expect(await add("/circuits", { ...circuit, name: "Again" })).toMatchObject({ code: "address-taken" });
  const { body } = await api.call<GatewayConfig>("GET", "/gateway/config", { token: site.gatewayToken });
  expect(body.circuits.find((each) => each.unitId === unitId)).toMatchObject({ access });
});
