import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { auditModel } from "../audit/audit.model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { featureRoutes } from "../features.ts";
import { accepted } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { defineJob } from "./define-job.ts";
import { jobRoutes } from "./job.routes.ts";
import { startJobRunner } from "./job-runner.ts";
import { jobAnswer } from "./present-job.ts";
import { runNextJob } from "./run-job.ts";
import { requestJob } from "./start-job.ts";

const names = z.strictObject({ names: z.array(z.string()) });
const greet = defineJob({
  kind: "greet",
  roles: ["administrator", "campus-admin"],
  params: names,
  items: async ({ params }) => params.names,
  async runItem(name) {
    if (name === "nobody") throw new ApiError("not-found", "There is nobody");
    return { said: `Hello ${name}` };
  },
});

/** As a feature of the API would start its job. */
function routes(deps: Deps): Route[] {
  const start = route({
    method: "post",
    path: "/greetings/:id",
    tag: "Test",
    summary: "Greet",
    access: { roles: ["administrator"] },
    idempotencyKey: "required",
    body: names,
    answers: { 202: jobAnswer },
    handle: async (request) =>
      accepted(await requestJob(deps, greet, { siteId: request.params.id, params: request.body }, request)),
  });
  const others = featureRoutes(deps).filter(({ path }) => !path.startsWith("/jobs"));
  return [...others, ...jobRoutes(deps, [greet]), start];
}

interface Job {
  id: string;
  state: string;
  total: number | null;
  done: number;
  failed: number;
}

let api: TestApi;
let site: TestSite;
let stranger: string;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi({ routes });
  site = await addTestSite(api, { rooms: 1 });
  const other = await addTestSite(api, { rooms: 1 });
  stranger = await api.tokenFor("administrator", { siteIds: [other.siteId] });
});
afterAll(() => api.stop());

const start = async (who: string[], key = `job-${++keys}`) => {
  const path = `/greetings/${site.siteId}`;
  const token = site.administrator;
  return api.call<Job>("POST", path, { token, body: { names: who }, idempotencyKey: key });
};
const get = <Body = Job>(path: string, token = site.manager) => api.call<Body>("GET", path, { token });
const post = (path: string, token = site.administrator) => api.call<Job>("POST", path, { token });

describe("a job over HTTP", () => {
  it("is answered with 202, once under its key, and is seen with progress and items", async () => {
    const first = await start(["Ann", "nobody"], "greet-once");
    expect(first).toMatchObject({ status: 202, body: { kind: "greet", state: "queued", total: null } });
    expect((await start(["Ann", "nobody"], "greet-once")).body.id).toBe(first.body.id);
    expect(await start(["Bob"], "greet-once")).toMatchObject({ status: 422 });
    await runNextJob(api.deps, [greet]);
    const path = `/jobs/${first.body.id}`;
    expect((await get(path)).body).toMatchObject({ state: "failed", total: 2, done: 1, failed: 1 });
    expect((await get(`${path}/items`)).body).toMatchObject([
      { itemId: "Ann", state: "done", result: { said: "Hello Ann" }, problem: null },
      { itemId: "nobody", state: "failed", problem: { code: "not-found", detail: "There is nobody" } },
    ]);
    const failed = encodeURIComponent(JSON.stringify({ state: "failed" }));
    expect((await get<unknown[]>(`${path}/items?filter=${failed}`)).body).toHaveLength(1);
    const list = await get<Job[]>(`/jobs?filter=${failed}`);
    expect(list.body.map(({ id }) => id)).toEqual([first.body.id]);
    expect(list.headers.get("content-range")).toBe("jobs 0-0/1");
  });

  it("is cancelled and resumed by the roles of its kind, with an audit row each", async () => {
    const { body } = await start(["Ann"]);
    const path = `/jobs/${body.id}`;
    expect(await post(`${path}/cancel`, site.manager)).toMatchObject({ status: 403 });
    expect(await post(`${path}/cancel`)).toMatchObject({ status: 200, body: { state: "cancelled" } });
    expect(await post(`${path}/cancel`)).toMatchObject({ status: 200, body: { state: "cancelled" } });
    expect(await post(`${path}/resume`)).toMatchObject({ status: 200, body: { state: "queued" } });
    await runNextJob(api.deps, [greet]);
    expect((await get(path)).body).toMatchObject({ state: "done", done: 1 });
    expect(await post(`${path}/resume`)).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    const rows = await auditModel(api.connection).find({ resourceId: body.id }).sort({ _id: 1 }).lean();
    expect(rows.map(({ action }) => action)).toEqual(["jobs.start", "jobs.cancel", "jobs.resume"]);
  });

  it("of another site does not exist", async () => {
    const { body } = await start(["Ann"]);
    const path = `/jobs/${body.id}`;
    for (const answer of [
      await get(path, stranger),
      await get(`${path}/items`, stranger),
      await post(`${path}/cancel`, stranger),
      await post(`${path}/resume`, stranger),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect((await get<Job[]>("/jobs", stranger)).body).toEqual([]);
  });

  it("is taken up by a running process as soon as it hears of it", async () => {
    const runner = startJobRunner(api.deps, [greet]);
    const { body } = await start(["Ann", "Bob", "Cleo"]);
    api.clock.advance(1000);
    await expect.poll(async () => (await get(`/jobs/${body.id}`)).body.state).toBe("done");
    await runner.stop();
  });
});
