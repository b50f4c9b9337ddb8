import type { UplinkItem } from "@hallmeter/meter-model";
import { GATEWAY_ERRORS, type GatewayErrorCode } from "../errors.ts";
import { eventItem } from "./circuit-items.ts";

/** Somebody dialled in whom no bus waits for. */
interface Stranger {
  code: GatewayErrorCode;
  remoteAddress: string;
  /** What it said, for a person. */
  said: string;
}

/** The same stranger is told of again after this long; a unit with a wrong registration knocks every few seconds. */
const TOLD_AGAIN_AFTER_MS = 60 * 60_000;
/** Strangers kept in mind; beyond it the port is being scanned, and more events help nobody. */
const MOST_REMEMBERED = 100;

/** Turns connections that no bus wanted into events: each stranger once an hour, and not more than a hundred of them. */
export class DialInStrangers {
  readonly #toldAtMs = new Map<string, number>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** @returns null when it has been told of already */
  take({ code, remoteAddress, said }: Stranger, atMs: number): UplinkItem | null {
    for (const [key, toldAtMs] of this.#toldAtMs)
      if (atMs - toldAtMs >= TOLD_AGAIN_AFTER_MS) this.#toldAtMs.delete(key);
    const key = `${code} ${said === "" ? remoteAddress : said}`;
    if (this.#toldAtMs.has(key) || this.#toldAtMs.size >= MOST_REMEMBERED) return null;
    this.#toldAtMs.set(key, atMs);
    const params = { code, text: GATEWAY_ERRORS[code].text, remoteAddress, said };
    return eventItem("dial-in-refused", {}, params, atMs, this.#newId());
  }
}
