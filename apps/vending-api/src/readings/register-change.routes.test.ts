import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { verifyAccruals } from "../rating/verify-accruals.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";

const MINUTE = 60_000;
let api: TestApi;
let site: TestSite;
let room: TestRoom;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
});
beforeEach(async () => {
  site = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
});
afterAll(() => api.stop());

/** Tokens are short; the tests' time is not. */
const technician = () => api.tokenFor("maintenance", { siteIds: [site.siteId] });
const read = async (minutes: number, energyWh: number) => {
  api.clock.advance(minutes * MINUTE);
  await site.uplink([sampleItem(room.circuitId, api.clock.now(), energyWh)]);
};
const post = async <Body>(
  path: string,
  body: object | undefined,
  options: { token?: string; key?: string } = {},
) => {
  keys += 1;
  return api.call<Body>("POST", path, {
    token: options.token ?? (await technician()),
    idempotencyKey: options.key ?? `register-key-${keys}`,
    ...(body === undefined ? {} : { body }),
  });
};
const swap = (circuit: object = {}, options: { key?: string; serial?: string; token?: string } = {}) =>
  post<{ lastRegisterWh: number; firstRegisterWh: number }[]>(
    `/meters/${site.meterId}/swap`,
    {
      serial: options.serial ?? "B-2",
      reason: "Display dead",
      circuits: [{ circuitId: room.circuitId, ...circuit }],
    },
    options,
  );
const changed = (firstAt: Date) =>
  site.uplink([
    {
      type: "alarm",
      key: `meter-changed:${room.circuitId}`,
      at: api.clock.now().toISOString(),
      kind: "meter-changed",
      state: "raised",
      severity: "high",
      subject: { circuitId: room.circuitId },
      params: {
        fromSerial: "A-1",
        toSerial: "B-2",
        lastWh: 10_600,
        firstWh: 10_700,
        firstAt: firstAt.toISOString(),
      },
    },
  ]);
const live = async () => {
  const path = `/households/${room.householdId}/balance`;
  return (await api.call<{ liveMinor: number }>("GET", path, { token: await technician() })).body.liveMinor;
};
const everythingAddsUp = async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
  expect((await verifyAccruals(api.connection)).findings).toEqual([]);
};

describe("a meter swap", () => {
  it("charges the old register to its typed end and the new one from its typed beginning", async () => {
    await read(0, 10_000);
    await read(10, 10_500);
    api.clock.advance(30 * MINUTE);
    const answer = await swap({ lastRegisterWh: 10_600, firstRegisterWh: 7 });
    expect(answer).toMatchObject({
      status: 201,
      body: [{ state: "applied", lastSource: "typed", firstSource: "typed", serials: { after: "B-2" } }],
    });
    await read(10, 407);
    // 600 Wh of the old one and 400 Wh of the new one.
    expect(await live()).toBe(-55);
    const meter = await api.call("GET", `/meters/${site.meterId}`, { token: await technician() });
    expect(meter.body).toMatchObject({ serial: "B-2" });
    await everythingAddsUp();
  });

  it("charges no difference across two serial numbers, however plausible, and takes what the gateway read", async () => {
    await read(0, 10_000);
    await read(10, 10_600);
    api.clock.advance(10 * MINUTE);
    await changed(api.clock.now());
    await read(0, 10_700);
    await read(10, 10_800);
    expect(await live()).toBe(-33);
    expect(await swap()).toMatchObject({
      status: 201,
      body: [{ lastRegisterWh: 10_600, firstRegisterWh: 10_700, lastSource: "read", firstSource: "read" }],
    });
    await read(10, 10_900);
    // 600 Wh before; 200 Wh since the new meter was first seen.
    expect(await live()).toBe(-44);
    const filter = encodeURIComponent(JSON.stringify({ siteId: site.siteId, state: "raised" }));
    expect((await api.call("GET", `/alarms?filter=${filter}`, { token: await technician() })).body).toEqual(
      [],
    );
    await everythingAddsUp();
  });

  it("is recorded once under one key, and another body under it is refused", async () => {
    await read(0, 10_000);
    const typed = { lastRegisterWh: 10_000, firstRegisterWh: 0 };
    const token = await technician();
    const answers = await Promise.all(
      [...Array(5).keys()].map(() => swap(typed, { key: "one-swap", token })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    await read(10, 100);
    expect(await swap(typed, { key: "one-swap", token })).toMatchObject({ status: 201 });
    expect(await live()).toBe(-6);
    expect(await swap(typed, { key: "one-swap", serial: "C-3", token })).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    await everythingAddsUp();
  });

  it.each([
    { why: "a last value below what was charged", circuit: { lastRegisterWh: 10_100, firstRegisterWh: 0 } },
    { why: "a last value that is impossible", circuit: { lastRegisterWh: 900_000, firstRegisterWh: 0 } },
    { why: "a new meter that nobody has read", circuit: { lastRegisterWh: 10_600 } },
  ])("is refused with $why, and metering goes on as before", async ({ circuit }) => {
    await read(0, 10_000);
    await read(10, 10_500);
    api.clock.advance(10 * MINUTE);
    expect(await swap(circuit)).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    await read(10, 10_700);
    expect(await live()).toBe(-39);
    await everythingAddsUp();
  });
});

describe("a change of ratios", () => {
  const propose = (meterRegisterWh: number, token?: string) =>
    post<{ id: string; state: string }>(
      `/circuits/${room.circuitId}/ratio-changes`,
      {
        ctRatio: 5,
        ptRatio: 1,
        meterRegisterWh,
        reason: "Larger transformers",
      },
      token === undefined ? {} : { token },
    );

  it("takes two persons and holds from a register value on", async () => {
    await read(0, 10_000);
    await read(10, 10_500);
    const direct = await api.call("PATCH", `/circuits/${room.circuitId}`, {
      token: await technician(),
      body: { ctRatio: 5 },
    });
    expect(direct).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    const first = await technician();
    const proposed = await propose(10_500, first);
    expect(proposed).toMatchObject({ status: 201, body: { state: "proposed" } });
    const path = `/register-changes/${proposed.body.id}/approve`;
    expect((await post(path, undefined, { token: first })).status).toBe(403);
    const second = await technician();
    expect(await post(path, undefined, { token: second })).toMatchObject({
      status: 200,
      body: { state: "applied" },
    });
    expect(await post(path, undefined, { token: second })).toMatchObject({ status: 200 });
    // The meter counted 100 Wh on its side of transformers that now divide by five.
    await read(10, 10_600 * 5);
    expect(await live()).toBe(-55);
    expect(
      (await api.call("GET", `/circuits/${room.circuitId}`, { token: await technician() })).body,
    ).toMatchObject({
      ctRatio: 5,
    });
    await everythingAddsUp();
  });

  it("is refused once the register has gone on, and can be withdrawn", async () => {
    await read(0, 10_000);
    const { body } = await propose(10_000);
    await read(10, 10_500);
    const second = await technician();
    expect(await post(`/register-changes/${body.id}/approve`, undefined, { token: second })).toMatchObject({
      status: 409,
      body: { code: "wrong-state" },
    });
    expect(await post(`/register-changes/${body.id}/withdraw`, undefined)).toMatchObject({
      status: 200,
      body: { state: "withdrawn" },
    });
    await everythingAddsUp();
  });
});
