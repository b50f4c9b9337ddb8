import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { networkNames } from "../links.ts";
import { BACK_OFFS_MS, SEND_LEASE_MS } from "./deliver.ts";
import { emptyLedgerMemory, findLedgerCauses } from "./ledger-causes.ts";
import { noticeCauseModel } from "./notice-cause.model.ts";
import { notificationModel } from "./notification.model.ts";
import { notificationSteps } from "./notification-jobs.ts";
import type { Mail } from "./outgoing.ts";
import { type NoticeBench, startNoticeBench } from "./testing/notice-bench.ts";
import { signedHeaders } from "./webhook-signature.ts";

let bench: NoticeBench;

beforeAll(async () => {
  bench = await startNoticeBench();
});
afterAll(() => bench.api.stop());
beforeEach(() => {
  bench.mails = [];
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
    const webhook = await bench.api.call<{ id: string; secret: string }>("POST", "/webhooks", {
      token: bench.as("administrator"),
      body: { siteId: bench.site.siteId, name: "Campus app", url, kinds: ["credit-received"] },
    });
    await bench.settings("resident", { locale: "zh" });
    const { body: purchase } = await bench.buy(5000);
    const [one, two] = [bench.process(), bench.process()];
    await Promise.all([one.look(), two.look()]);
    await Promise.all([one.look(), two.look(), bench.process().look()]);

    expect(bench.mails).toMatchObject([{ to: "li@example.edu", subject: "已收到充值 50.00 CNY" }]);
    expect(bench.mails[0]?.text).toContain(`/my?purchase=${purchase.id}`);
    expect(bench.mails[0]?.text).toContain("101");
    expect((await bench.inbox("resident")).filter(({ kind }) => kind === "credit-received")).toHaveLength(1);
    expect(heard).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: "" }] = heard;
    expect(JSON.parse(body)).toMatchObject({
      type: "credit-received",
      data: {
        siteId: bench.site.siteId,
        householdId: bench.room.householdId,
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
    await bench.api.call("DELETE", `/webhooks/${webhook.body.id}`, { token: bench.as("administrator") });
  });

  it("is told once when the process that found it died before it told anybody", async () => {
    await bench.buy(100);
    await findLedgerCauses(bench.api.connection, emptyLedgerMemory(), bench.api.clock.now().getTime());
    await bench.process().look();
    expect(bench.mails).toHaveLength(1);
  });

  it("is told once when the process died between the recipients", async () => {
    await bench.buy(200);
    await bench.process().find();
    const [cause] = await noticeCauseModel(bench.api.connection).find().sort({ _id: -1 }).limit(1).lean();
    await notificationModel(bench.api.connection).deleteOne({ causeKey: cause?._id, channel: "email" });
    await noticeCauseModel(bench.api.connection).updateOne({ _id: cause?._id }, { $set: { waits: true } });
    await bench.process().look();
    expect(bench.mails).toHaveLength(1);
    expect(await bench.rows({ causeKey: cause?._id, channel: "inbox" })).toHaveLength(1);
  });

  it("whose mail was under way when its process died is sent again under the same id, after the lease", async () => {
    await bench.buy(300);
    let begun: (mail: Mail) => void = () => {};
    const underWay = new Promise<Mail>((resolve) => (begun = resolve));
    const dying = bench.process((mail) => {
      begun(mail);
      return new Promise(() => {});
    });
    await dying.find();
    const sending = dying.send();
    const { id } = await underWay;
    dying.kill();
    await sending;
    await bench.process().look();
    expect(bench.mails).toEqual([]);
    bench.api.clock.advance(SEND_LEASE_MS);
    await bench.process().look();
    expect(bench.mails.map((mail) => mail.id)).toEqual([id]);
    expect(await bench.rows({ _id: id })).toMatchObject([
      { state: "sent", attempts: 2, log: [{ problem: "cut-off" }, { problem: null }] },
    ]);
  });

  it("of many is sent by two processes, each once", async () => {
    for (let count = 0; count < 12; count += 1) await bench.buy(1000 + count);
    const [one, two] = [bench.process(), bench.process()];
    await one.find();
    await Promise.all([one.send(), two.send()]);
    expect(new Set(bench.mails.map(({ id }) => id)).size).toBe(12);
    expect(bench.mails).toHaveLength(12);
  });
});

describe("a mail that fails", () => {
  it("is tried again with longer and longer waits, then given up", async () => {
    await bench.buy(400);
    const failing = bench.process(async (mail) => {
      bench.mails.push(mail);
      return { is: "later", problem: "unreachable", detail: "no route" };
    });
    await failing.look();
    for (const waitMs of BACK_OFFS_MS) {
      bench.api.clock.advance(waitMs - 1);
      await failing.send();
      const before = bench.mails.length;
      bench.api.clock.advance(1);
      await failing.send();
      expect(bench.mails.length).toBe(before + 1);
    }
    expect(await bench.rows({ _id: bench.mails[0]?.id })).toMatchObject([
      { state: "failed", problem: "unreachable", attempts: 9 },
    ]);
  });

  it("for good is not tried again", async () => {
    await bench.buy(500);
    const refusing = bench.process(async () => ({
      is: "never",
      problem: "refused",
      detail: "550 no such person",
    }));
    await refusing.look();
    expect(await bench.rows({ state: "failed", problem: "refused" })).toMatchObject([{ attempts: 1 }]);
  });

  it("without a mail server is suppressed, and so is a kind that was switched off", async () => {
    const kinds = ["power-off", "balance-cut"];
    await bench.buy(600);
    const { connection } = bench.api;
    const steps = notificationSteps(bench.api.deps, networkNames(bench.api.deps), {
      sendMail: null,
      reachesPrivate: false,
    });
    await steps.find();
    expect(await bench.rows({ state: "suppressed" })).toMatchObject([
      { channel: "email", problem: "no-mail-server" },
    ]);
    await notificationModel(connection).deleteMany({ state: "suppressed" });
    await bench.settings("resident", { kinds });
    await bench.buy(700);
    await bench.process().look();
    expect(
      (await bench.rows({ state: "suppressed" })).map(({ channel, problem }) => [channel, problem]),
    ).toEqual([
      ["inbox", "kind-off"],
      ["email", "kind-off"],
    ]);
    expect(bench.mails).toEqual([]);
    const { body } = await bench.api.call<{ offeredKinds: string[] }>("GET", "/me/notification-settings", {
      token: bench.as("resident"),
    });
    await bench.settings("resident", { kinds: body.offeredKinds, locale: "en" });
  });
});
