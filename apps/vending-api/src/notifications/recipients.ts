import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { EVERY_SITE } from "../http/access.ts";
import { type Resident, residentModel } from "../places/resident.model.ts";
import { type User, userModel } from "../users/user.model.ts";
import { type Audience, NOTICE_KINDS } from "./notice.ts";
import type { NoticeCause } from "./notice-cause.model.ts";
import { type NotificationSettings, settingsOf } from "./notification-settings.ts";
import { type Webhook, webhookModel } from "./webhook.model.ts";

export interface Recipients {
  people: { person: Pick<User, "_id" | "name">; settings: NotificationSettings }[];
  endpoints: Webhook[];
}

/** Who hears of each of these causes; read for all of them together. */
export async function recipientsOf(
  connection: Connection,
  causes: readonly NoticeCause[],
): Promise<(cause: NoticeCause) => Recipients> {
  const [residents, staff, endpoints] = await Promise.all([
    residentsOf(connection, causes.filter(isForResidents)),
    staffOf(
      connection,
      causes.filter((cause) => !isForResidents(cause)),
    ),
    webhookModel(connection)
      .find({ siteId: { $in: distinct(causes.map(({ siteId }) => siteId)) }, isEnabled: true })
      .lean<Webhook[]>(),
  ]);
  const peopleOf = (cause: NoticeCause) => (isForResidents(cause) ? residents(cause) : staff(cause));
  const settings = await settingsOf(connection, distinct(causes.flatMap(peopleOf).map(({ _id }) => _id)));
  const endpointsBySite = groupBy(endpoints, ({ siteId }) => siteId);
  return (cause) => ({
    people: peopleOf(cause).flatMap((person) => {
      const own = settings.get(person._id);
      return own ? [{ person, settings: own }] : [];
    }),
    endpoints: (endpointsBySite.get(cause.siteId) ?? []).filter(
      ({ kinds }) => kinds.length === 0 || kinds.includes(cause.notice.kind),
    ),
  });
}

function audienceOf({ notice }: NoticeCause): Audience {
  return NOTICE_KINDS[notice.kind].to;
}

function isForResidents(cause: NoticeCause): boolean {
  return audienceOf(cause) === "residents";
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

/** Whoever has moved out can log in no more, and is told of the refund all the same. */
async function residentsOf(
  connection: Connection,
  causes: readonly NoticeCause[],
): Promise<(cause: NoticeCause) => User[]> {
  const householdIds = distinct(causes.flatMap(({ householdId }) => householdId ?? []));
  if (householdIds.length === 0) return () => [];
  const links = await residentModel(connection)
    .find({ householdId: { $in: householdIds }, userId: { $ne: null } }, { householdId: 1, userId: 1 })
    .lean<Pick<Resident, "householdId" | "userId">[]>();
  const users = await userModel(connection)
    .find({
      $or: [
        { householdId: { $in: householdIds } },
        { _id: { $in: links.flatMap((link) => link.userId ?? []) } },
      ],
    })
    .lean<User[]>();
  const userById = new Map(users.map((user) => [user._id, user]));
  const own = groupBy(users, (user) => user.householdId);
  const linked = groupBy(links, (link) => link.householdId);
  return ({ householdId, notice }) => {
    if (householdId === null) return [];
    const people = [
      ...(own.get(householdId) ?? []),
      ...(linked.get(householdId) ?? []).flatMap(({ userId }) => userById.get(userId ?? "") ?? []),
    ];
    return distinct(people).filter(
      ({ roles, status }) =>
        roles.includes("resident") && (status === "active" || notice.kind === "refund-done"),
    );
  };
}

type Person = Pick<User, "_id" | "name">;

/** By site and roles: few of each, however many causes there are. */
async function staffOf(
  connection: Connection,
  causes: readonly NoticeCause[],
): Promise<(cause: NoticeCause) => Person[]> {
  const keyOf = (cause: NoticeCause) => JSON.stringify([cause.siteId, audienceOf(cause)]);
  const found = await Promise.all(
    [...groupBy(causes, keyOf)].map(async ([key, [cause]]): Promise<[string, Person[]]> => {
      const to = cause === undefined ? "residents" : audienceOf(cause);
      if (cause === undefined || to === "residents") return [key, []];
      const people = await userModel(connection)
        .find(
          { siteIds: { $in: [cause.siteId, EVERY_SITE] }, roles: { $in: [...to] }, status: "active" },
          { name: 1 },
        )
        .lean<Person[]>();
      return [key, people];
    }),
  );
  const byKey = new Map(found);
  return (cause) => byKey.get(keyOf(cause)) ?? [];
}
