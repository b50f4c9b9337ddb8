import type { Doc } from "../bson/value.ts";
import { Cursors } from "../commands/cursors.ts";
import { dispatch, type Site } from "../commands/dispatch.ts";
import { ServerStatus } from "../commands/server-status.ts";
import { Store } from "../store/store.ts";
import type { View } from "../store/view.ts";

/** The server without its sockets: commands go in and replies come out, in the same process. */
export function openSite(directory: string, now: () => Date = () => new Date(0)) {
  const store = Store.open(directory);
  const site: Site = {
    store,
    replacing: false,
    cursors: new Cursors({ mostCursors: 1000, cursorIdleMs: 600_000 }, 0n),
    server: new ServerStatus(now(), process.pid, () => 0),
    now,
    ran: () => undefined,
  };
  return {
    store,
    run: (body: Doc): Promise<Doc> => dispatch(site, body),
    view: (): View => store.view(),
    close: (): Promise<void> => store.close(),
  };
}
