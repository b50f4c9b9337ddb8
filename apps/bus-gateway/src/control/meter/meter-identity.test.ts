import { describe, expect, it } from "vitest";
import type { IdentityRecord } from "../../store/records.ts";
import {
  afterCommissioning,
  afterSerial,
  changeParams,
  identityStanding,
  NO_IDENTITY,
} from "./meter-identity.ts";

const FIRST = "2025-12-01T00:00:00Z";
const LATER = "2026-01-02T03:00:00Z";
const last = { energyWh: 81_230, at: "2026-01-02T02:00:00Z" };
const first = { energyWh: 40, at: "2026-01-02T02:10:00Z" };
const known: IdentityRecord = { serial: "A1", commissionedAt: FIRST, change: null };
const change = { fromSerial: "A1", toSerial: "B2", last, first, commissionedAt: FIRST };
const reading = { commissionedAt: FIRST, last, first };

describe("the serial number of a meter", () => {
  it("is believed the first time, and the same one says nothing new", () => {
    expect(afterSerial(NO_IDENTITY, { ...reading, serial: "A1" })).toEqual({ record: known });
    expect(afterSerial(known, { ...reading, serial: "A1" })).toEqual({ record: known });
    expect(afterSerial(NO_IDENTITY, { ...reading, serial: null }).record.serial).toBeNull();
  });

  it.each([
    ["another one", "B2", "B2"],
    ["none any more", null, ""],
  ])("tells an exchange with both registers: %s", (_, serial, toSerial) => {
    const step = afterSerial(known, { ...reading, serial });
    expect(step.changed).toEqual({ ...change, toSerial });
    expect(identityStanding(step.record, true)).toBe("changed");
    expect(afterSerial(step.record, { ...reading, serial }).changed).toBeUndefined();
    expect(changeParams({ ...change, toSerial })).toEqual({
      fromSerial: "A1",
      toSerial,
      lastWh: 81_230,
      lastAt: last.at,
      firstWh: 40,
      firstAt: first.at,
    });
  });

  it("counts again when the old meter is back", () => {
    const { record } = afterSerial(known, { ...reading, serial: "B2" });
    expect(afterSerial(record, { ...reading, serial: "A1" }).record).toEqual(known);
  });

  it("counts once commissioned anew, before or after the gateway has seen it", () => {
    const changed = { ...known, change };
    expect(afterCommissioning(changed, FIRST)).toEqual({ record: changed });
    expect(afterCommissioning(changed, null)).toEqual({ record: changed });
    const after = { serial: "B2", commissionedAt: LATER, change: null };
    expect(afterCommissioning(changed, LATER)).toEqual({ record: after, isCommissioned: true });
    expect(afterSerial(known, { ...reading, commissionedAt: LATER, serial: "B2" })).toEqual({
      record: after,
      changed: change,
      isCommissioned: true,
    });
  });

  it("is unproved from the loss of contact until it is read again", () => {
    expect(identityStanding(NO_IDENTITY, false)).toBe("unknown");
    expect(identityStanding(known, false)).toBe("unproved");
    expect(identityStanding(known, true)).toBe("proved");
  });
});
