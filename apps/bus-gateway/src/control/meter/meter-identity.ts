import type { HoldParams } from "@hallmeter/meter-model";
import type { IdentityRecord, MeterChange, MeterRegister } from "../../store/records.ts";

/**
 * `unknown`: the meter tells no serial number, or has not yet been asked its first time · `proved`: it is the known one ·
 * `unproved`: contact was lost since, so it may be another · `changed`: it is another, and not commissioned.
 */
export type IdentityStanding = "unknown" | "proved" | "unproved" | "changed";

export const NO_IDENTITY: IdentityRecord = { serial: null, commissionedAt: null, change: null };

export function identityStanding({ serial, change }: IdentityRecord, isProved: boolean): IdentityStanding {
  if (change !== null) return "changed";
  if (serial === null) return "unknown";
  return isProved ? "proved" : "unproved";
}

export interface SerialReading {
  /** Null: the meter tells none. */
  serial: string | null;
  /** Of the configuration in force. */
  commissionedAt: string | null;
  /** The last register that was taken from the known meter. */
  last: MeterRegister | null;
  /** The first seen since contact was lost. */
  first: MeterRegister | null;
}

export interface IdentityStep {
  record: IdentityRecord;
  /** The meter is another than the one known. */
  changed?: MeterChange;
  /** The meter that hangs there counts from here on. */
  isCommissioned?: boolean;
}

/** What a reading of the serial number means. The first that is ever read is believed: nobody knows better. */
export function afterSerial(record: IdentityRecord, reading: SerialReading): IdentityStep {
  const { serial, commissionedAt, last, first } = reading;
  if (record.serial === null) return { record: { serial, commissionedAt, change: null } };
  if (serial === record.serial) return { record: { serial, commissionedAt, change: null } };
  const toSerial = serial ?? "";
  if (record.change?.toSerial === toSerial) return { record };
  const change: MeterChange = {
    fromSerial: record.serial,
    toSerial,
    last,
    first,
    commissionedAt: record.commissionedAt,
  };
  // Commissioned before the gateway had seen the other meter: then it counts at once, and its register is another.
  if (commissionedAt !== null && commissionedAt !== record.commissionedAt)
    return { record: { serial, commissionedAt, change: null }, changed: change, isCommissioned: true };
  return { record: { ...record, change }, changed: change };
}

/** S9: a changed meter counts again once the circuit has been commissioned anew. */
export function afterCommissioning(record: IdentityRecord, commissionedAt: string | null): IdentityStep {
  const { change } = record;
  if (change === null || commissionedAt === null || commissionedAt === change.commissionedAt)
    return { record };
  return {
    record: { serial: change.toSerial === "" ? null : change.toSerial, commissionedAt, change: null },
    isCommissioned: true,
  };
}

/** The old register ends and the new one begins with these. */
export function changeParams({ fromSerial, toSerial, last, first }: MeterChange): HoldParams {
  return {
    fromSerial,
    toSerial,
    ...(last === null ? {} : { lastWh: last.energyWh, lastAt: last.at }),
    ...(first === null ? {} : { firstWh: first.energyWh, firstAt: first.at }),
  };
}
