import { z } from "zod";
import { anyHousehold, type Campus, circuitIdsOf, type EmptyRoom } from "./campus.ts";
import { bringEverything, calm } from "./readings.ts";
import { seeThrough } from "./sweep.ts";

const withId = z.object({ id: z.string() });
const householdRow = z.object({ unitId: z.string(), circuitIds: z.array(z.string()) });

/** A household goes to an empty room, or two change rooms. Account, grants and residents go with them. */
export async function changeRooms(campus: Campus): Promise<void> {
  const { random, emptyRooms } = campus;
  const householdId = anyHousehold(campus);
  const otherId = anyHousehold(campus);
  const room = emptyRooms[random.integer(0, emptyRooms.length - 1)];
  if (otherId !== householdId && random.chance(0.5)) await swapRooms(campus, householdId, otherId);
  else if (room !== undefined) await goToEmptyRoom(campus, householdId, room);
}

async function swapRooms(campus: Campus, householdId: string, otherId: string): Promise<void> {
  const { unitIds, books } = campus;
  const [mine, theirs] = [circuitIdsOf(campus, householdId), circuitIdsOf(campus, otherId)];
  const [from, to] = [unitIds.get(householdId) ?? "", unitIds.get(otherId) ?? ""];
  const wish = { unitId: to, swap: true };
  if (!(await move(campus, householdId, wish, [...mine, ...theirs]))) return;
  for (const id of mine) books.circuitHousehold.set(id, otherId);
  for (const id of theirs) books.circuitHousehold.set(id, householdId);
  unitIds.set(householdId, to);
  unitIds.set(otherId, from);
  await judgeRoom(campus, householdId);
  await judgeRoom(campus, otherId);
  campus.count("swaps of rooms");
}

async function goToEmptyRoom(campus: Campus, householdId: string, room: EmptyRoom): Promise<void> {
  const { unitIds, books } = campus;
  const mine = circuitIdsOf(campus, householdId);
  const from = unitIds.get(householdId) ?? "";
  const { unitId, circuitIds } = room;
  const wish = { unitId, ...(room.wasLivedIn ? {} : { circuitIds }) };
  if (!(await move(campus, householdId, wish, [...mine, ...circuitIds]))) return;
  for (const id of mine) books.circuitHousehold.delete(id);
  for (const id of circuitIds) books.circuitHousehold.set(id, householdId);
  unitIds.set(householdId, unitId);
  campus.emptyRooms = campus.emptyRooms.filter((other) => other !== room);
  campus.emptyRooms.push({ unitId: from, circuitIds: mine, wasLivedIn: true });
  await judgeRoom(campus, householdId);
  campus.count("moves to an empty room");
}

/** Until all circuits have changed hands. */
async function move(
  campus: Campus,
  householdId: string,
  wish: object,
  circuitIds: readonly string[],
): Promise<boolean> {
  const { server } = campus;
  await bringEverything(campus);
  await calm(campus, circuitIds);
  const job = await server.need(withId, {
    method: "POST",
    path: `/households/${householdId}/move`,
    key: server.newKey(),
    who: "clerk",
    body: { ...wish, reason: "asked for it" },
  });
  const problems = await seeThrough(campus, job.id, circuitIds);
  if (problems.length > 0) campus.find(`the move of ${householdId} came to no end: ${problems.join(", ")}`);
  return problems.length === 0;
}

async function judgeRoom(campus: Campus, householdId: string): Promise<void> {
  const path = `/households/${householdId}`;
  const { unitId, circuitIds } = await campus.server.need(householdRow, { method: "GET", path });
  const expected = circuitIdsOf(campus, householdId).sort().join(" ");
  if (unitId !== campus.unitIds.get(householdId)) campus.find(`${householdId} lives in ${unitId}`);
  if (circuitIds.sort().join(" ") !== expected) campus.find(`${householdId} has circuits ${circuitIds}`);
}
