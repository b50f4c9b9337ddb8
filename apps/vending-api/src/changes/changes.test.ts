import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { changeModel } from "./change.model.ts";
import { type Change, type Changes, createChanges, type RecordedChange } from "./changes.ts";

const FLUSH_MS = 100;
const POLL_MS = 1000;

let api: TestApi;
let stopping: AbortController;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  stopping = new AbortController();
});
afterEach(() => stopping.abort());

/** The changes of one more API process on the same store. */
function oneProcess(): Changes {
  const { connection, clock, deps } = api;
  return createChanges({ connection, clock, log: deps.log, stopping: stopping.signal });
}
const change = (id: string): Change => ({ resource: "circuits", id, siteId: "s1" });

/** Collects what is heard; `until` resolves once `count` were, moving the clock for the pollers. */
function listen(changes: Changes) {
  const heard: RecordedChange[] = [];
  const stop = changes.subscribe((heardChange) => heard.push(heardChange));
  return {
    heard,
    stop,
    async until(count: number): Promise<RecordedChange[]> {
      while (heard.length < count) {
        api.clock.advance(POLL_MS);
        // One round trip to the store: what was under way before has answered.
        await api.connection.db?.command({ ping: 1 });
      }
      return heard;
    },
  };
}

describe("changes", () => {
  it("reach listeners of every process, in one gapless order", async () => {
    const processes = [oneProcess(), oneProcess(), oneProcess()];
    const ears = processes.map(listen);
    const [start = 0] = await Promise.all(processes.map((one) => one.position()));
    const ids = Array.from({ length: 60 }, (_, index) => `c${index}`);
    for (const [index, id] of ids.entries()) {
      processes[index % 3]?.publish(change(id));
      if (index % 10 === 9) api.clock.advance(FLUSH_MS);
    }
    for (const ear of ears) {
      const heard = await ear.until(ids.length);
      expect(heard.map(({ sequence }) => sequence)).toEqual(ids.map((_, index) => start + index + 1));
      expect(new Set(heard.map(({ id }) => id))).toEqual(new Set(ids));
    }
  });

  it("of one row merge while they wait", async () => {
    const changes = oneProcess();
    const ear = listen(changes);
    await changes.position();
    changes.publish(change("first"));
    await ear.until(1);
    for (let turn = 0; turn < 50; turn += 1) changes.publish(change("busy"));
    changes.publish(change("last"));
    const heard = await ear.until(3);
    expect(heard.map(({ id }) => id)).toEqual(["first", "busy", "last"]);
  });

  it("are not heard after stopping to listen", async () => {
    const changes = oneProcess();
    const [gone, here] = [listen(changes), listen(changes)];
    gone.stop();
    await changes.position();
    changes.publish(change("c1"));
    await here.until(1);
    expect(gone.heard).toEqual([]);
  });

  it("can be read again from any point that is kept", async () => {
    const changes = oneProcess();
    const ear = listen(changes);
    const start = await changes.position();
    for (const id of ["a", "b", "c"]) changes.publish(change(id));
    await ear.until(3);
    expect((await changes.since(start + 1))?.map(({ id }) => id)).toEqual(["b", "c"]);
    expect(await changes.since(start + 3)).toEqual([]);
    expect(await changes.position()).toBe(start + 3);
    await changeModel(api.connection).deleteMany({ _id: { $lte: start + 2 } });
    expect(await changes.since(start + 2)).toHaveLength(1);
    expect(await changes.since(start + 1)).toBeUndefined();
    // A sequence that the store never gave: it was restored from an older copy, say.
    expect(await changes.since(start + 4)).toBeUndefined();
  });
});

describe("the event stream", () => {
  interface Ticket {
    ticket: string;
  }
  async function openStream(token: string, { lastEventId }: { lastEventId?: number } = {}) {
    const { body } = await api.call<Ticket>("POST", "/stream-tickets", { token });
    const headers = new Headers(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) });
    const response = await fetch(`${api.origin}/api/v1/stream?ticket=${body.ticket}`, { headers });
    expect(response.status).toBe(200);
    const reader = (response.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    return {
      ticket: body.ticket,
      close: () => reader.cancel(),
      /** The next event that is no comment. */
      async next(): Promise<{ id?: string; event?: string; data?: unknown }> {
        for (;;) {
          const end = text.indexOf("\n\n");
          if (end < 0) {
            const { value, done } = await reader.read();
            if (done) return { event: "end" };
            text += value;
            continue;
          }
          const fields = Object.fromEntries(
            text
              .slice(0, end)
              .split("\n")
              .map((line) => /^(\w+): (.*)$/.exec(line)?.slice(1) ?? ["", ""]),
          );
          text = text.slice(end + 2);
          if (fields.data !== undefined) return { ...fields, data: JSON.parse(fields.data) };
        }
      },
    };
  }

  it("tells staff of their sites and residents of their household only", async () => {
    const staff = await openStream(await api.tokenFor("property-manager", { siteIds: ["s1"] }));
    const resident = await openStream(await api.tokenFor("resident", { siteIds: ["s1"], householdId: "h1" }));
    expect(await staff.next()).toMatchObject({ event: "ready" });
    expect(await resident.next()).toMatchObject({ event: "ready" });
    const { changes } = api.deps;
    changes.publish({ resource: "circuits", id: "elsewhere", siteId: "s2" });
    changes.publish({ resource: "circuits", id: "corridor", siteId: "s1" });
    changes.publish({ resource: "circuits", id: "next door", siteId: "s1", householdId: "h2" });
    changes.publish({ resource: "circuits", id: "own", siteId: "s1", householdId: "h1" });
    api.clock.advance(FLUSH_MS);
    const seen: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1) seen.push((await staff.next()).data);
    expect(seen).toMatchObject([{ id: "corridor" }, { id: "next door" }, { id: "own" }]);
    expect(await resident.next()).toEqual({
      id: expect.stringMatching(/^\d+$/),
      event: "change",
      data: { resource: "circuits", id: "own", siteId: "s1", at: expect.any(String) },
    });
    await Promise.all([staff.close(), resident.close()]);
  });

  it("goes on where it was, and says so when it can't", async () => {
    const token = await api.tokenFor("property-manager", { siteIds: ["s1"] });
    const first = await openStream(token);
    const ready = await first.next();
    await first.close();
    const ear = listen(api.deps.changes);
    await api.deps.changes.position();
    api.deps.changes.publish(change("missed"));
    await ear.until(1);
    ear.stop();
    const again = await openStream(token, { lastEventId: Number(ready.id) });
    expect(await again.next()).toMatchObject({ event: "change", data: { id: "missed" } });
    await again.close();
    const lost = await openStream(token, { lastEventId: 999_999 });
    expect(await lost.next()).toMatchObject({ event: "reset" });
    await lost.close();
  });

  it("opens once per ticket, within 30 seconds, for someone who is still there", async () => {
    const token = await api.tokenFor("property-manager", { siteIds: ["s1"] });
    const open = await openStream(token);
    const knock = async (ticket: string) => (await api.call("GET", `/stream?ticket=${ticket}`)).body.code;
    expect(await knock(open.ticket)).toBe("unauthenticated");
    expect(await knock("forged")).toBe("unauthenticated");
    const late = await api.call<Ticket>("POST", "/stream-tickets", { token });
    api.clock.advance(30_000);
    expect(await knock(late.body.ticket)).toBe("unauthenticated");
    await open.close();
  });

  it("ends after 15 minutes, so that access is looked at again", async () => {
    const open = await openStream(await api.tokenFor("property-manager"));
    await open.next();
    api.clock.advance(15 * 60_000);
    expect(await open.next()).toEqual({ event: "end" });
  });
});
