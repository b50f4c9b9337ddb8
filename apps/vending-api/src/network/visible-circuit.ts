import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { hasRole, type PersonCaller, READERS } from "../http/access.ts";
import { findVisible } from "../http/visible-row.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";

/** True for somebody who is a resident and nothing else: then only the own household exists. */
export function isOnlyResident(caller: PersonCaller): boolean {
  return !hasRole(caller, ...READERS);
}

/** The circuit, if the caller's sites include it; for a resident, if it is the own household's. Throws `not-found`. */
export async function visibleCircuit(
  connection: Connection,
  id: string,
  caller: PersonCaller,
): Promise<Circuit> {
  const circuit = await findVisible(circuitModel(connection), id, caller);
  if (
    isOnlyResident(caller) &&
    (caller.householdId === undefined || circuit.householdId !== caller.householdId)
  )
    throw new ApiError("not-found");
  return circuit;
}
