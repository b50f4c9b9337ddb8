import type { Connection } from "mongoose";
import type { PlaceFacts } from "../documents/kinds/define-kind.ts";
import { ApiError } from "../errors.ts";
import { type Site, siteModel } from "../places/site.model.ts";

/** How the site writes time and money, as its documents keep it. */
export async function siteFactsOf(connection: Connection, siteId: string): Promise<PlaceFacts> {
  const site = await siteModel(connection).findById(siteId).lean<Site | null>();
  if (!site) throw new ApiError("internal", `site ${siteId} is missing`);
  const { name: siteName, timeZone, currency, currencyDigits } = site;
  return { siteName, timeZone, currency, currencyDigits };
}
