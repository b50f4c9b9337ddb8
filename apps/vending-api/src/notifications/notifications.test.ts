import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hold } from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { raiseAlarm } from "../alarms/alarms.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { networkNames } from "../links.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { issueAccessToken } from "../users/access-token.ts";
import { BACK_OFFS_MS, SEND_LEASE_MS } from "./deliver.ts";
import { emptyLedgerMemory, findLedgerCauses } from "./ledger-causes.ts";
import { noticeCauseModel } from "./notice-cause.model.ts";
import { type Notification, notificationModel } from "./notification.model.ts";
import { notificationSteps } from "./notification-jobs.ts";
import type { Mail, Outgoing, SendMail } from "./outgoing.ts";
import { findUseCauses } from "./use-causes.ts";
import { signedHeaders } from "./webhook-signature.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let people: Record<"resident" | "maintenance" | "manager" | "administrator", string>;
let mails: Mail[];
let requests = 0;

const keepMail: SendMail = async (mail) => {
  mails.push(mail);
  return { is: "sent", detail: "250" };
};

/** An API process on the same store, which can be ended by itself. */
function process(sendMail: SendMail = keepMail) {
  const stopping = new AbortController();
  const deps: Deps = { ...api.deps, stopping: stopping.signal };
  const outgoing: Outgoing = { sendMail, reachesPrivate: true };
  const steps = notificationSteps(deps, networkNames(deps), outgoing);
  return {
    ...steps,
    async look() {
      await steps.find();
      await steps.send();
    },
    kill: () => stopping.abort(),
  };
}

/** These tests last for days, tokens a quarter of an hour. */
const as = (who: keyof typeof people) =>
  issueAccessToken(
    { userId: people[who], sessionId: newId(), sessionEpoch: 0 },
    api.deps.secrets.jwtSecret,
    api.clock.now(),
  );
const buy = async (amountMinor: number) => {
  requests += 1;
  const sale = await api.call<{ id: string }>("POST", "/purchases", {
    token: as("manager"),
    body: { householdId: room.householdId, amountMinor, method: "cash" },
    idempotencyKey: `notice-purchase-${requests}`,
  });
  expect(sale).toMatchObject({ status: 201 });
  return sale;
};
const settings = async (who: keyof typeof people, body: object) => {
  const answer = await api.call("PATCH", "/me/notification-settings", { token: as(who), body });
  expect(answer).toMatchObject({ status: 200 });
};
const rows = (condition: object) => notificationModel(api.connection).find(condition).lean<Notification[]>();
const inbox = async (who: keyof typeof people) =>
  (await api.call<{ kind: string; title: string }[]>("GET", "/me/notifications", { token: as(who) })).body;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  room = site.rooms[0] as TestRoom;
  const idOf = async (token: string) =>
    (await api.call<{ user: { id: string } }>("GET", "/me", { token })).body.user.id;
  const own = { siteIds: [site.siteId] };
  people = {
    resident: await idOf(await api.tokenFor("resident", { ...own, householdId: room.householdId })),
    maintenance: await idOf(await api.tokenFor("maintenance", own)),
    manager: await idOf(site.manager),
    administrator: await idOf(site.administrator),
  };
  await settings("resident", { email: "li@example.edu", quietHours: null });
  mails = [];
  // What was before is nobody's news.
  await process().look();
});
afterAll(() => api.stop());
beforeEach(() => {
  mails = [];
});

describe("a purchase", () => {
  it("is told once by every way that is chosen, in the reader's language, whoever looks how often", async () => {
    const heard: { headers: Record<string, unknown>; body: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      heard.push({ headers: request.headers, body });
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const webhook = await api.call<{ id: string; secret: string }>("POST", "/webhooks", {
      token: as("administrator"),
      body: { siteId: site.siteId, name: "Campus app", url, kinds: ["credit-received"] },
    });
    await settings("resident", { locale: "zh" });
    const { body: purchase } = await buy(5000);
    const [one, two] = [process(), process()];
    await Promise.all([one.look(), two.look()]);
    await Promise.all([one.look(), two.look(), process().look()]);

    expect(mails).toMatchObject([{ to: "li@example.edu", subject: "已收到充值 50.00 CNY" }]);
    expect(mails[0]?.text).toContain(`/my?purchase=${purchase.id}`);
    expect(mails[0]?.text).toContain("101");
    expect((await inbox("resident")).filter(({ kind }) => kind === "credit-received")).toHaveLength(1);
    expect(heard).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: "" }] = heard;
    expect(JSON.parse(body)).toMatchObject({
      type: "credit-received",
      data: {
        siteId: site.siteId,
        householdId: room.householdId,
        purchaseId: purchase.id,
        amountMinor: 5000,
      },
    });
    const id = String(headers["webhook-id"]);
    const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
    expect(headers["webhook-signature"]).toBe(
      signedHeaders([webhook.body.secret], { id, at, body })["webhook-signature"],
    );
    server.close();
    await api.call("DELETE", `/webhooks/${webhook.body.id}`, { token: as("administrator") });
  });

  it("is told once when the process that found it died before it told anybody", async () => {
    await buy(100);
    await findLedgerCauses(api.connection, emptyLedgerMemory(), api.clock.now().getTime());
    await process().look();
    expect(mails).toHaveLength(1);
  });

  it("is told once when the process died between the recipients", async () => {
    await buy(200);
    await process().find();
    const [cause] = await noticeCauseModel(api.connection).find().sort({ _id: -1 }).limit(1).lean();
    await notificationModel(api.connection).deleteOne({ causeKey: cause?._id, channel: "email" });
    await noticeCauseModel(api.connection).updateOne({ _id: cause?._id }, { $set: { waits: true } });
    await process().look();
    expect(mails).toHaveLength(1);
    expect(await rows({ causeKey: cause?._id, channel: "inbox" })).toHaveLength(1);
  });

  it("whose mail was under way when its process died is sent again under the same id, after the lease", async () => {
    await buy(300);
    let begun: (mail: Mail) => void = () => {};
    const underWay = new Promise<Mail>((resolve) => (begun = resolve));
    const dying = process((mail) => {
      begun(mail);
      return new Promise(() => {});
    });
    await dying.find();
    const sending = dying.send();
    const { id } = await underWay;
    dying.kill();
    await sending;
    await process().look();
    expect(mails).toEqual([]);
    api.clock.advance(SEND_LEASE_MS);
    await process().look();
    expect(mails.map((mail) => mail.id)).toEqual([id]);
    expect(await rows({ _id: id })).toMatchObject([
      { state: "sent", attempts: 2, log: [{ problem: "cut-off" }, { problem: null }] },
    ]);
  });

  it("of many is sent by two processes, each once", async () => {
    for (let count = 0; count < 12; count += 1) await buy(1000 + count);
    const [one, two] = [process(), process()];
    await one.find();
    await Promise.all([one.send(), two.send()]);
    expect(new Set(mails.map(({ id }) => id)).size).toBe(12);
    expect(mails).toHaveLength(12);
  });
});

describe("a mail that fails", () => {
  it("is tried again with longer and longer waits, then given up", async () => {
    await buy(400);
    const failing = process(async (mail) => {
      mails.push(mail);
      return { is: "later", problem: "unreachable", detail: "no route" };
    });
    await failing.look();
    for (const waitMs of BACK_OFFS_MS) {
      api.clock.advance(waitMs - 1);
      await failing.send();
      const before = mails.length;
      api.clock.advance(1);
      await failing.send();
      expect(mails.length).toBe(before + 1);
    }
    expect(await rows({ _id: mails[0]?.id })).toMatchObject([
      { state: "failed", problem: "unreachable", attempts: 9 },
    ]);
  });

  it("for good is not tried again", async () => {
    await buy(500);
    const refusing = process(async () => ({ is: "never", problem: "refused", detail: "550 no such person" }));
    await refusing.look();
    expect(await rows({ state: "failed", problem: "refused" })).toMatchObject([{ attempts: 1 }]);
  });

  it("without a mail server is suppressed, and so is a kind that was switched off", async () => {
    const kinds = ["power-off", "balance-cut"];
    await buy(600);
    const { connection } = api;
    const steps = notificationSteps(api.deps, networkNames(api.deps), {
      sendMail: null,
      reachesPrivate: false,
    });
    await steps.find();
    expect(await rows({ state: "suppressed" })).toMatchObject([
      { channel: "email", problem: "no-mail-server" },
    ]);
    await notificationModel(connection).deleteMany({ state: "suppressed" });
    await settings("resident", { kinds });
    await buy(700);
    await process().look();
    expect((await rows({ state: "suppressed" })).map(({ channel, problem }) => [channel, problem])).toEqual([
      ["inbox", "kind-off"],
      ["email", "kind-off"],
    ]);
    expect(mails).toEqual([]);
    const { body } = await api.call<{ offeredKinds: string[] }>("GET", "/me/notification-settings", {
      token: as("resident"),
    });
    await settings("resident", { kinds: body.offeredKinds, locale: "en" });
  });
});

describe("at night", () => {
  const lowBalance = (at: Date, level: number) =>
    raiseAlarm(api.deps, {
      siteId: site.siteId,
      key: `low-balance:${room.circuitId}:${at.getTime()}`,
      kind: "low-balance",
      severity: "low",
      at,
      subject: { circuitId: room.circuitId, householdId: room.householdId },
      params: { balanceMinor: 400, levelMinor: 500, level },
    });
  const state = (relay: "open" | "closed", revision: number, holds: Hold[]) =>
    site.uplink([
      {
        type: "circuit-state",
        circuitId: room.circuitId,
        at: api.clock.now().toISOString(),
        revision,
        relay,
        intended: relay,
        presence: "online",
        keepPower: false,
        holds,
      },
    ]);

  it("a low balance waits for the morning, and that the power is off does not", async () => {
    // To the next 23:00 in Shanghai, 15:00 UTC.
    const sinceMs = api.clock.now().getTime() % (24 * HOUR_MS);
    api.clock.advance((39 * HOUR_MS - sinceMs) % (24 * HOUR_MS));
    await settings("resident", { quietHours: { from: "22:00", to: "07:00" } });
    await lowBalance(api.clock.now(), 1);
    await lowBalance(new Date(api.clock.now().getTime() + 1), 1);
    await process().look();
    expect(mails).toEqual([]);
    expect((await inbox("resident")).filter(({ kind }) => kind === "balance-low")).toHaveLength(1);

    const hold: Hold = {
      kind: "credit",
      reason: "balance-used-up",
      params: { balanceMinor: 0, releaseMinor: 100 },
      origin: { type: "rule", id: "credit", name: "Credit" },
      since: api.clock.now().toISOString(),
    };
    await state("open", 1, [hold]);
    await process().look();
    expect(mails).toMatchObject([{ subject: "Your power is off: the balance is used up" }]);

    api.clock.advance(8 * HOUR_MS);
    await process().send();
    expect(mails[1]).toMatchObject({ subject: "Your balance is below 5.00 CNY" });
    api.clock.advance(MINUTE_MS);
    await state("closed", 2, []);
    await process().look();
    expect(mails[2]).toMatchObject({ subject: "Your power is back" });
    await process().look();
    expect(mails).toHaveLength(3);
  });
});

describe("an alarm", () => {
  it("is told to maintenance from the severity they chose, and not when it is over", async () => {
    const alarm = (
      key: string,
      kind: "bus-down" | "overload" | "sale-doubtful",
      severity: "critical" | "medium" | "high",
    ) =>
      raiseAlarm(api.deps, {
        siteId: site.siteId,
        key,
        kind,
        severity,
        at: api.clock.now(),
        subject: { busId: site.busId },
        params: kind === "sale-doubtful" ? { purchaseId: "p1", amountMinor: 5000, state: "failed" } : {},
      });
    await alarm("a1", "bus-down", "critical");
    await alarm("a2", "overload", "medium");
    await alarm("a3", "sale-doubtful", "high");
    await process().look();
    expect(await inbox("maintenance")).toMatchObject([{ title: "Critical: Bus is down", text: "Bus 1" }]);
    expect(await inbox("manager")).toMatchObject([{ title: "A sale of 50.00 CNY did not reach its meter" }]);
    await settings("maintenance", { alarmSeverity: "medium" });
    api.clock.advance(MINUTE_MS);
    await alarm("a2", "overload", "medium");
    await alarm("a1", "bus-down", "critical");
    await alarm("a4", "overload", "medium");
    await process().look();
    expect((await inbox("maintenance")).map(({ title }) => title).sort()).toEqual([
      "Critical: Bus is down",
      "Medium: Overload",
    ]);
  });
});

describe("use", () => {
  const vacant = () => site.rooms[1] as TestRoom;
  const day = async (circuitId: string, householdId: string | null, on: string, wh: number) => {
    const row = { _id: `${circuitId}:${on}`, circuitId, householdId, siteId: site.siteId, day: on };
    const at = new Date(`${on}T04:00:00Z`);
    await accrualModel(api.connection).collection.insertOne({
      ...row,
      part: 0,
      state: "done",
      fromAt: at,
      lastAt: at,
      fromWh: 1000,
      lastWh: 1000 + wh,
      // The driver's own collection: what the rule reads is all that matters here.
    } as never);
  };

  it("far above the same weekday's is told to the household, in an empty room to staff, each once", async () => {
    const now = new Date("2041-06-12T20:00:00Z");
    // Wednesdays; in Shanghai it is Thursday 04:00.
    await findUseCauses(api.deps, new Date("2041-06-11T20:00:00Z"));
    for (const on of ["2041-05-15", "2041-05-22", "2041-05-29", "2041-06-05"])
      await day(room.circuitId, room.householdId, on, 2000);
    await day(room.circuitId, room.householdId, "2041-06-12", 9000);
    await day(vacant().circuitId, vacant().householdId, "2041-06-01", 100);
    await day(vacant().circuitId, null, "2041-06-12", 800);
    await api.call("PATCH", `/circuits/${vacant().circuitId}`, {
      token: as("administrator"),
      body: { householdId: null },
    });
    await findUseCauses(api.deps, now);
    await findUseCauses(api.deps, now);
    await process().look();
    expect((await inbox("resident")).filter(({ kind }) => kind === "abnormal-use")).toMatchObject([
      { title: "Unusual use on Wed 12 Jun: 9 kWh" },
    ]);
    expect((await inbox("manager")).filter(({ kind }) => kind === "vacant-use")).toMatchObject([
      { title: "A vacant room uses electricity: Circuit 102" },
    ]);
  });

  it("in an empty room is an alarm for as long as it lasts, told once a week", async () => {
    const { circuitId } = vacant();
    const alarms = async () =>
      (
        await api.call<{ state: string; count: number; params: object; subject: object }[]>(
          "GET",
          `/alarms?filter=${encodeURIComponent('{"kind":"vacant-use","state":["raised","acknowledged","cleared"]}')}`,
          { token: as("maintenance") },
        )
      ).body;
    expect(await alarms()).toMatchObject([
      { state: "raised", count: 1, subject: { circuitId }, params: { day: "2041-06-12", wh: 800 } },
    ]);
    await day(circuitId, null, "2041-06-13", 900);
    await findUseCauses(api.deps, new Date("2041-06-13T20:00:00Z"));
    await process().look();
    expect(await alarms()).toMatchObject([{ state: "raised", count: 2, params: { wh: 900 } }]);
    expect((await inbox("manager")).filter(({ kind }) => kind === "vacant-use")).toHaveLength(1);
    await day(circuitId, null, "2041-06-14", 20);
    await findUseCauses(api.deps, new Date("2041-06-14T20:00:00Z"));
    await findUseCauses(api.deps, new Date("2041-06-14T20:00:00Z"));
    expect(await alarms()).toMatchObject([{ state: "cleared", count: 2 }]);
    // It begins anew: another alarm, and within the same week no other message.
    await day(circuitId, null, "2041-06-15", 500);
    await findUseCauses(api.deps, new Date("2041-06-15T20:00:00Z"));
    await process().look();
    expect((await alarms()).map(({ state }) => state).sort()).toEqual(["cleared", "raised"]);
    expect((await inbox("manager")).filter(({ kind }) => kind === "vacant-use")).toHaveLength(1);
  });
});
