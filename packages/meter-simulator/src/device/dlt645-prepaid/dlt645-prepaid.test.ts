import { describe, expect, it } from "vitest";
import { bcd, dataIdBytes } from "../../dlt645/bcd.ts";
import { bytesOf, hexOf, profileRig } from "../../testing/profile-rig.ts";

const ADDRESS = "260305510009";
/** Level 2, password 000000, operator 00000000. */
const ACCESS = [2, 0, 0, 0, 0, 0, 0, 0];
const FOREVER = [0x59, 0x59, 0x23, 0x31, 0x12, 0x99];
const MONEY = 0x00900200;

type Meter = Parameters<typeof profileRig>[0][number];
function meter(extra: Partial<Extract<Meter, { profile: "dlt645-prepaid" }>> = {}) {
  const rig = profileRig([
    {
      profile: "dlt645-prepaid",
      unitId: ADDRESS,
      initialEnergyWh: 123_456_780,
      appliances: [{ kind: "kettle" }],
      ...extra,
    },
  ]);
  const read = (dataId: number) => {
    const frame = rig.dlt645(ADDRESS, 0x11, dataIdBytes(dataId));
    return frame && { control: frame.control, value: hexOf(frame.data.slice(4)), data: hexOf(frame.data) };
  };
  const write = (dataId: number, value: readonly number[], access = ACCESS) =>
    rig.dlt645(ADDRESS, 0x14, [...dataIdBytes(dataId), ...access, ...value]);
  const order = (type: number, access = ACCESS, expiry = FOREVER) =>
    rig.dlt645(ADDRESS, 0x1c, [...access, type, 0, ...expiry]);
  const buy = (dataId: number, amountMinor: number, count: number) =>
    rig.dlt645(ADDRESS, 0x03, [...dataIdBytes(dataId), 0, 0, 0, 0, ...bcd(amountMinor, 4), ...bcd(count, 4)]);
  const truth = () => rig.core.circuit("bus", ADDRESS);
  return { ...rig, read, write, order, buy, truth };
}

describe("a DL/T 645 meter reads", () => {
  it("energy, clock, address and status in the formats of the standard", () => {
    const { read } = meter();
    expect(read(0x00010000)).toMatchObject({ control: 0x91, value: "78563412" });
    expect(read(0x00010300)?.value).toBe("78563412");
    expect(read(0x0001ff00)?.value).toBe("7856341200000000000000007856341200000000");
    expect(read(0x04000101)?.value).toBe("06211126");
    expect(read(0x04000401)?.value).toBe("090051050326");
    expect(read(0x04000503)?.value).toBe("0000");
  });

  it("power, current and power factor of a running kettle", () => {
    const { clock, read, truth } = meter();
    clock.advance(60_000);
    const digits = (hex = "") => Number((hex.match(/../g) ?? []).reverse().join(""));
    const powerW = digits(read(0x02030000)?.value) / 10;
    expect(Math.abs(powerW - truth().activePowerW)).toBeLessThan(20);
    expect(digits(read(0x02020100)?.value) / 1000).toBeCloseTo(
      powerW / (digits(read(0x02010100)?.value) / 10),
      1,
    );
    expect(read(0x02060000)?.value).toBe("0010");
  });

  it("refuses what it does not have, and hears no one else's requests", () => {
    const { read, dlt645 } = meter();
    expect(read(0x02010200)).toEqual({ control: 0xd1, value: "", data: "02" });
    expect(dlt645("000000000001", 0x11, dataIdBytes(0x00010000))).toBeUndefined();
  });

  it("answers to wildcards and tells its address", () => {
    const { dlt645 } = meter();
    expect(dlt645("aaaaaaaaaaaa", 0x13, [])).toEqual({
      address: ADDRESS,
      control: 0x93,
      data: bytesOf("090051050326"),
    });
    expect(dlt645("aaaaaaaa0009", 0x11, dataIdBytes(0x00010000))?.address).toBe(ADDRESS);
    expect(dlt645("aaaaaaaaaaaa", 0x14, [])).toBeUndefined();
  });

  it("sends a long block in frames that are asked for one after the other", () => {
    const { dlt645 } = meter({ rateCount: 63 });
    const block = dataIdBytes(0x0001ff00);
    const first = dlt645(ADDRESS, 0x11, block);
    expect(first).toMatchObject({ control: 0xb1 });
    expect(first?.data.length).toBeLessThanOrEqual(200);
    const second = dlt645(ADDRESS, 0x12, [...block, 1]);
    expect(second).toMatchObject({ control: 0x92 });
    expect(second?.data.at(-1)).toBe(1);
    expect((first?.data.length ?? 0) - 4 + (second?.data.length ?? 0) - 5).toBe(4 * 64);
    expect(dlt645(ADDRESS, 0x12, [...block, 2])).toMatchObject({ control: 0xd2, data: [2] });
  });
});

describe("orders", () => {
  it("trip, allow-close with the key, and close, as captured from a head end", () => {
    const { raw, truth, order, core, read } = meter();
    const reply = raw(bytesOf("FEFEFEFE68090051050326681C1035333333333333334D348C8C566445CC8216"));
    expect(hexOf(reply)).toBe("FEFEFEFE68090051050326689C00F416");
    expect(truth()).toMatchObject({ relay: "open", commanded: "open", activePowerW: 0 });
    expect(read(0x04000503)?.value).toBe("5000");
    expect(order(0x1b)).toMatchObject({ control: 0x9c });
    expect(truth().relay).toBe("open");
    core.pressKey("bus", ADDRESS);
    expect(truth().relay).toBe("closed");
    order(0x1a);
    order(0x1c);
    expect(truth()).toMatchObject({ relay: "closed", commanded: "free" });
  });

  it.each([
    ["a wrong password", [2, 1, 0, 0, 0, 0, 0, 0], FOREVER, 0x04],
    ["a level too low", [4, 0, 0, 0, 0, 0, 0, 0], FOREVER, 0x04],
    ["an expiry that has passed", ACCESS, [0x00, 0x00, 0x08, 0x21, 0x11, 0x26], 0x01],
    ["an expiry that is no time", ACCESS, [0x00, 0x00, 0x08, 0x31, 0x02, 0x27], 0x01],
  ])("are refused with %s, and nothing moves", (_name, access, expiry, error) => {
    const { order, truth } = meter();
    expect(order(0x1a, access, expiry)).toMatchObject({ control: 0xdc, data: [error] });
    expect(truth().relay).toBe("closed");
  });

  it("keep power: no trip, not even for arrears", () => {
    const { order, truth } = meter();
    order(0x3a);
    expect(order(0x1a)).toMatchObject({ control: 0xdc });
    expect(truth().relay).toBe("closed");
    order(0x3b);
    expect(order(0x1a)).toMatchObject({ control: 0x9c });
  });

  it("a stuck contact differs from its command in the status word", () => {
    const { core, order, read } = meter();
    core.setFault({ kind: "stuck-relay", busId: "bus", unitId: ADDRESS });
    order(0x1a);
    expect(read(0x04000503)?.value).toBe("4000");
  });
});

describe("credit", () => {
  it("is opened, bought once per count, and never above the hoarding limit", () => {
    const { buy, read, write, truth } = meter({ credit: "money" });
    expect(read(0x04000503)?.value).toBe("0042");
    expect(buy(0x070101ff, 5000, 1)).toMatchObject({ control: 0x83 });
    expect(buy(0x070102ff, 5000, 1)).toMatchObject({ control: 0xc3, data: [0x02, 0] });
    expect(buy(0x070102ff, 5000, 3)).toMatchObject({ control: 0xc3, data: [0x20, 0] });
    write(0x04001004, bcd(9000, 4));
    expect(buy(0x070102ff, 5000, 2)).toMatchObject({ control: 0xc3, data: [0x40, 0] });
    expect(buy(0x070102ff, 4000, 2)).toMatchObject({ control: 0x83 });
    expect([read(MONEY)?.value, read(0x03330201)?.value]).toEqual(["00900000", "0200"]);
    expect(truth()).toMatchObject({ remainingMinor: 9000, purchasedMinor: 9000, purchaseCount: 2 });
  });

  it("counts down by its own price, warns, overdraws to its limit, cuts, and comes back above the close limit", () => {
    const { clock, buy, read, write, truth } = meter({ credit: "money" });
    // 0.6000 a kWh; warning at 0.05; overdraft to 0.02; closes above 0.10.
    write(0x04050103, bcd(6000, 4));
    write(0x04001001, bcd(5, 4));
    write(0x04001003, bcd(2, 4));
    write(0x04001005, bcd(10, 4));
    buy(0x070101ff, 6, 1);
    clock.advance(60_000);
    expect(truth()).toMatchObject({ relay: "closed" });
    expect(Number.parseInt(read(0x04000503)?.value.slice(0, 2) ?? "", 16) & 0x80).toBe(0x80);
    clock.advance(600_000);
    expect(truth()).toMatchObject({ relay: "open", remainingMinor: -2, verdict: { arrears: true } });
    expect([read(MONEY)?.value, read(0x00900201)?.value]).toEqual(["00000000", "02000000"]);
    buy(0x070102ff, 12, 2);
    expect(truth().relay).toBe("open");
    buy(0x070102ff, 1, 3);
    expect(truth()).toMatchObject({ relay: "closed", remainingMinor: 11 });
  });

  it("may be held as energy", () => {
    const { clock, read, truth } = meter({ credit: "energy", initialCreditMinor: 5 });
    clock.advance(60_000);
    expect(truth().relay).toBe("closed");
    clock.advance(60_000);
    // 0.05 kWh and not one Wh more than a step of power.
    expect(truth()).toMatchObject({ relay: "open", remainingMinor: 0 });
    expect(read(0x00900100)?.value).toBe("00000000");
  });
});

describe("other functions", () => {
  it("writes parameters with the password alone, and keeps their format", () => {
    const { write, read } = meter();
    expect(write(0x04001001, bcd(1234, 4))).toMatchObject({ control: 0x94, data: [] });
    expect(read(0x04001001)?.value).toBe("34120000");
    expect(write(0x04001001, bcd(1, 4), [2, 9, 9, 9, 0, 0, 0, 0])).toMatchObject({
      control: 0xd4,
      data: [4],
    });
    expect(write(0x04001001, [0x0a, 0, 0, 0])).toMatchObject({ control: 0xd4, data: [1] });
    expect(write(0x02010100, bcd(1, 2))).toMatchObject({ control: 0xd4, data: [2] });
  });

  it("sets its clock, and by broadcast only a little and once a day", () => {
    const { write, read, dlt645 } = meter();
    write(0x04000102, [0x00, 0x30, 0x08]);
    const [second, minute, hour] = bytesOf(read(0x04000102)?.value ?? "");
    expect([minute, hour]).toEqual([0x30, 0x08]);
    expect(second).toBeLessThan(0x06);
    const broadcast = (time: string) => dlt645("999999999999", 0x08, bytesOf(time));
    expect(broadcast("003608211126")).toBeUndefined();
    expect(read(0x04000102)?.value.slice(2)).toBe("3008");
    broadcast("003308211126");
    expect(read(0x04000102)?.value.slice(2)).toBe("3308");
    broadcast("003508211126");
    expect(read(0x04000102)?.value.slice(2)).toBe("3308");
  });

  it("changes its password and its address", () => {
    const { dlt645, order } = meter();
    const change = [...dataIdBytes(0x04000c03), 2, 0, 0, 0, 2, 0x56, 0x34, 0x12];
    expect(dlt645(ADDRESS, 0x18, change)).toMatchObject({ control: 0x98, data: [2, 0x56, 0x34, 0x12] });
    expect(order(0x1a)).toMatchObject({ control: 0xdc });
    expect(order(0x1a, [2, 0x56, 0x34, 0x12, 0, 0, 0, 0])).toMatchObject({ control: 0x9c });
    expect(dlt645("aaaaaaaaaaaa", 0x15, bytesOf("010000000000"))).toMatchObject({ control: 0x95 });
    expect(dlt645("000000000001", 0x13, [])).toMatchObject({ address: "000000000001" });
  });

  it("freezes on command, refuses another baud, and an unknown function", () => {
    const { dlt645, read } = meter();
    expect(dlt645(ADDRESS, 0x16, [0x99, 0x99, 0x99, 0x99])).toMatchObject({ control: 0x96 });
    expect(read(0x05000101)?.value.slice(0, 8)).toBe("78563412");
    expect(dlt645(ADDRESS, 0x17, [8])).toMatchObject({ control: 0xd7, data: [8] });
    expect(dlt645(ADDRESS, 0x1f, [])).toMatchObject({ control: 0xdf, data: [1] });
  });
});
