import { readApiSettings, startApi } from "@hallmeter/vending-api";
import { addFirstAdministrator } from "../first-administrator.ts";
import type { SeededSite } from "../seed.ts";
import { playHistory, storyBegin } from "./play-history.ts";
import { storyClock } from "./story-clock.ts";

export interface PastOptions {
  /** As the API is started with afterwards. */
  apiEnv: NodeJS.ProcessEnv;
  administrator: { login: string; password: string };
  startedAt: Date;
  /** Of history before the first start; 1 or more. */
  days: number;
}

/** Fills an empty store: an API of our own lives through the past with a clock of its own, and is gone when that is over. */
export async function liveHistory(options: PastOptions): Promise<SeededSite> {
  const { apiEnv, administrator, startedAt, days } = options;
  const clock = storyClock(storyBegin(startedAt, days));
  const settings = readApiSettings({ ...apiEnv, HALLMETER_PORT: "0", LOG_LEVEL: "error" });
  await addFirstAdministrator(settings.mongoUri, administrator, clock.now());
  const api = await startApi(settings, clock);
  try {
    return await playHistory({
      origin: `http://127.0.0.1:${api.port}`,
      clock,
      administrator,
      startedAt,
      days,
    });
  } finally {
    await api.close();
  }
}
