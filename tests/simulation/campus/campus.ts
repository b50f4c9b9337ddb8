import type { TariffScheme } from "@hallmeter/meter-model";
import type { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";
import type { Books } from "./books.ts";
import type { PlainVersion } from "./plain-circuit.ts";
import type { RoomMeter } from "./room-meter.ts";
import type { Server } from "./server.ts";
import type { WallClock } from "./wall-clock.ts";

export interface CampusOptions {
  seed: number;
  households: number;
  days: number;
  /** Between two readings of a circuit. */
  pollMinutes: number;
  /** Between two things that happen, on average. */
  stepMinutes: number;
  /** How often the server dies in a step. */
  deathShare: number;
}

export interface Finding {
  day: string;
  step: string;
  what: string;
}

/** A room where nobody lives. */
export interface EmptyRoom {
  unitId: string;
  circuitIds: string[];
  /** Somebody has lived there, so that the program knows its circuits. */
  wasLivedIn: boolean;
}

interface Tariff {
  id: string;
  revision: number;
  versions: readonly PlainVersion[];
}

/** Everything there is on one campus: its server, its meters, and the books that nobody but the judge reads. */
export interface Campus {
  options: CampusOptions;
  random: Random;
  server: Server;
  books: Books;
  wall: WallClock;
  timeZone: string;
  siteId: string;
  gatewayId: string;
  /** Those who live there now. */
  householdIds: string[];
  unitIds: Map<string, string>;
  emptyRooms: EmptyRoom[];
  meters: RoomMeter[];
  tariffs: Map<string, Tariff>;
  openedDay: string;
  sequence: number;
  currency: string;
  /** What is happening. */
  step: string;
  counts: Record<string, number>;
  findings: Finding[];
  find(what: string): void;
  count(what: string): void;
}

export function anyTariff({ tariffs, random }: Campus): Tariff {
  const all = [...tariffs.values()];
  const tariff = all[random.integer(0, all.length - 1)];
  if (tariff === undefined) throw new RangeError("a campus has tariffs");
  return tariff;
}

export function anyHousehold({ householdIds, random }: Campus): string {
  const householdId = householdIds[random.integer(0, householdIds.length - 1)];
  if (householdId === undefined) throw new RangeError("somebody lives on a campus");
  return householdId;
}

/** Those whose use the household pays. */
export function circuitIdsOf({ books }: Campus, householdId: string): string[] {
  return [...books.circuitHousehold].flatMap(([id, owner]) => (owner === householdId ? [id] : []));
}

/** Another version in force from `fromMs` on, for everybody who has this tariff. */
export function addVersion(
  { tariffs, books }: Campus,
  id: string,
  fromMs: number,
  scheme: TariffScheme,
): void {
  const before = tariffs.get(id);
  if (before === undefined) throw new RangeError(`no tariff ${id}`);
  const version = { number: before.versions.length + 1, fromMs, scheme };
  const versions = [...before.versions, version].sort((a, b) => a.fromMs - b.fromMs);
  tariffs.set(id, { id, revision: before.revision + 1, versions });
  for (const book of books.households.values())
    if (book.payer.tariffId === id) book.payer = { ...book.payer, versions };
}
