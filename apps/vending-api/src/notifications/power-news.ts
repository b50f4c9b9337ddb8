import { HOLD_KINDS, type Hold, type HoldKind, type RelayState } from "@hallmeter/meter-model";
import type { Notice } from "./notice.ts";

/** Known from the timetable, so that nobody is told of it every evening. */
const UNTOLD: ReadonlySet<HoldKind> = new Set<HoldKind>(["schedule"]);

/** What a household was told of its power. */
export interface ToldPower {
  /** Reasons told and still standing. */
  kinds: HoldKind[];
  /** Since when it was off, if that was told and it is not back. */
  offSince: string | null;
}

export const NOTHING_TOLD: ToldPower = { kinds: [], offSince: null };

export interface PowerNews {
  told: ToldPower;
  /** `part` is the key's: the same news has the same. */
  news: { part: string; at: string; notice: Notice }[];
}

/**
 * What is new about a household's power, from the relays and holds of all its circuits. Off is a relay that is open under a hold:
 * told once per reason, by the one of the highest rank, for all circuits together. Back is when no relay is open any more. A relay
 * nobody knows of changes nothing. Pure.
 */
export function powerNews(
  told: ToldPower,
  circuits: readonly { relay: RelayState; holds: readonly Hold[]; stateAt: Date }[],
): PowerNews {
  const open = circuits.filter(({ relay }) => relay === "open");
  const standing = new Map<HoldKind, Hold>();
  for (const hold of open.flatMap(({ holds }) => firstInRank(holds) ?? [])) {
    const known = standing.get(hold.kind);
    if (!UNTOLD.has(hold.kind) && (!known || hold.since < known.since)) standing.set(hold.kind, hold);
  }
  const fresh = [...standing.values()].filter(({ kind }) => !told.kinds.includes(kind));
  const news: PowerNews["news"] = fresh.map((hold) => ({
    part: `power-off:${hold.kind}:${hold.since}`,
    at: hold.since,
    notice: offNotice(hold),
  }));
  const isBack = open.length === 0 && circuits.some(({ relay }) => relay === "closed");
  if (!isBack) {
    const kinds = circuits.some(({ relay }) => relay === "unknown")
      ? [...new Set([...told.kinds, ...standing.keys()])]
      : [...standing.keys()];
    const [oldest] = [...standing.values()].map(({ since }) => since).sort();
    return { told: { kinds, offSince: told.offSince ?? oldest ?? null }, news };
  }
  if (told.offSince === null) return { told: NOTHING_TOLD, news: [] };
  const { offSince } = told;
  const at = new Date(Math.max(...circuits.map(({ stateAt }) => stateAt.getTime()))).toISOString();
  return {
    told: NOTHING_TOLD,
    news: [{ part: `power-back:${offSince}`, at, notice: { kind: "power-back", params: { offSince } } }],
  };
}

function firstInRank(holds: readonly Hold[]): Hold | undefined {
  return [...holds].sort((a, b) => HOLD_KINDS[a.kind].rank - HOLD_KINDS[b.kind].rank)[0];
}

function offNotice({ kind: hold, params, until }: Hold): Notice {
  const { balanceMinor, releaseMinor, note } = params;
  if (hold === "credit")
    return {
      kind: "balance-cut",
      params: {
        balanceMinor: typeof balanceMinor === "number" ? balanceMinor : null,
        releaseMinor: typeof releaseMinor === "number" ? releaseMinor : null,
      },
    };
  return {
    kind: "power-off",
    params: { hold, until: until ?? null, note: typeof note === "string" && note !== "" ? note : null },
  };
}
