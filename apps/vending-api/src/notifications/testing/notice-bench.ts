import { newId } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { networkNames } from "../../links.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../../testing/test-site.ts";
import { issueAccessToken } from "../../users/access-token.ts";
import { type Notification, notificationModel } from "../notification.model.ts";
import { notificationSteps } from "../notification-jobs.ts";
import type { Mail, Outgoing, SendMail } from "../outgoing.ts";

type Person = "resident" | "maintenance" | "manager" | "administrator";

/** One API process on the store of the bench, which can be ended by itself. */
export type NoticeProcess = ReturnType<typeof notificationSteps> & { look(): Promise<void>; kill(): void };

/** A site with two rooms, whose first has a resident with an address; whatever is mailed lies in `mails`. */
export interface NoticeBench {
  api: TestApi;
  site: TestSite;
  room: TestRoom;
  /** Of the running test. */
  mails: Mail[];
  process(sendMail?: SendMail): NoticeProcess;
  /** A token: these tests last for days, and one a quarter of an hour. */
  as(who: Person): string;
  buy(amountMinor: number): Promise<TestAnswer<{ id: string }>>;
  settings(who: Person, body: object): Promise<void>;
  rows(condition: object): Promise<Notification[]>;
  inbox(who: Person): Promise<{ kind: string; title: string }[]>;
}

export async function startNoticeBench(): Promise<NoticeBench> {
  const api = await startTestApi();
  const site = await addTestSite(api, { rooms: 2 });
  const room = site.rooms[0] as TestRoom;
  const idOf = async (token: string) =>
    (await api.call<{ user: { id: string } }>("GET", "/me", { token })).body.user.id;
  const own = { siteIds: [site.siteId] };
  const people: Record<Person, string> = {
    resident: await idOf(await api.tokenFor("resident", { ...own, householdId: room.householdId })),
    maintenance: await idOf(await api.tokenFor("maintenance", own)),
    manager: await idOf(site.manager),
    administrator: await idOf(site.administrator),
  };
  let requests = 0;
  const bench: NoticeBench = {
    api,
    site,
    room,
    mails: [],
    process(sendMail = keepMail) {
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
    },
    as: (who) =>
      issueAccessToken(
        { userId: people[who], sessionId: newId(), sessionEpoch: 0 },
        api.deps.secrets.jwtSecret,
        api.clock.now(),
      ),
    async buy(amountMinor) {
      requests += 1;
      const sale = await api.call<{ id: string }>("POST", "/purchases", {
        token: bench.as("manager"),
        body: { householdId: room.householdId, amountMinor, method: "cash" },
        idempotencyKey: `notice-purchase-${requests}`,
      });
      if (sale.status !== 201) throw new Error(`no sale: ${JSON.stringify(sale.body)}`);
      return sale;
    },
    async settings(who, body) {
      const token = bench.as(who);
      const answer = await api.call("PATCH", "/me/notification-settings", { token, body });
      if (answer.status !== 200) throw new Error(`no settings: ${JSON.stringify(answer.body)}`);
    },
    rows: (condition) => notificationModel(api.connection).find(condition).lean<Notification[]>(),
    inbox: async (who) =>
      (
        await api.call<{ kind: string; title: string }[]>("GET", "/me/notifications", {
          token: bench.as(who),
        })
      ).body,
  };
  const keepMail: SendMail = async (mail) => {
    bench.mails.push(mail);
    return { is: "sent", detail: "250" };
  };
  await bench.settings("resident", { email: "li@example.edu", quietHours: null });
  // What was before is nobody's news.
  await bench.process().look();
  return bench;
}
