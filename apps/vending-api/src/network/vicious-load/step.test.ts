import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../../testing/test-site.ts";
import { recordedStepModel } from "./recorded-step.model.ts";

let api: TestApi;
let site: TestSite;
let circuitId: string;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  circuitId = site.rooms[0]?.circuitId ?? "";
  for (const [index, outcome] of (["vicious", "factor-too-low", "vicious"] as const).entries())
    await recordedStepModel(api.connection).create({
      ...{ _id: `step-${index}`, siteId: site.siteId, circuitId, outcome, isTripped: index === 2 },
      at: new Date(Date.UTC(2040, 2, 1, index)),
      ...{ ruleVersion: 3, deltaPowerW: 1500, deltaReactiveVar: 20, factorPpm: 999_900, samples: [] },
      judged: { kind: "step", bases: [{ point: { atMs: 0, powerW: 100, reactiveVar: 20 } }] },
    });
});
afterAll(() => api.stop());

const steps = async (query = "", token = site.administrator) =>
  api.call<{ id: string; isTripped: boolean }[]>("GET", `/circuits/${circuitId}/steps${query}`, { token });

it("are the evidence of a circuit, the newest first, by outcome where that is asked", async () => {
  expect((await steps()).body.map(({ id }) => id)).toEqual(["step-2", "step-1", "step-0"]);
  expect((await steps("?outcome=vicious&limit=1")).body).toMatchObject([
    { id: "step-2", isTripped: true, deltaPowerW: 1500, judged: { kind: "step" } },
  ]);
});

it("are shown to staff of the site alone", async () => {
  const elsewhere = await api.tokenFor("maintenance", { siteIds: ["another"] });
  expect((await steps("", elsewhere)).status).toBe(404);
  const resident = await api.tokenFor("resident", {
    siteIds: [site.siteId],
    householdId: site.rooms[0]?.householdId ?? "",
  });
  expect((await steps("", resident)).status).toBe(403);
});
