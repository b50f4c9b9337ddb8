import { dlt645Prepaid } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { meterFrame } from "../../testing/dlt645-frames.ts";
import { answered, busOver, SLAVE_LINE } from "../../testing/scripted-bus.ts";
import type { Script, Utterance } from "../../testing/scripted-wire.ts";
import { busProbe } from "./probe.ts";
import { scanDlt645 } from "./scan-dlt645.ts";
import type { FoundUnit } from "./scan-units.ts";

const READ = 0x91;
const REFUSED = 0xd1;
const NO_SUCH_DATA = 0x02;
const OWN_ADDRESS = [0x01, 0x04, 0x00, 0x04];

/** Meters that tell their address and refuse all else; whoever is meant answers, and two at once make one heap of bytes. */
function metersAt(...addresses: string[]): Script {
  return (frame) => {
    const [asked, data] = requestOf(frame);
    const meant = addresses.filter((own) =>
      (asked.match(/../g) ?? []).every((pair, index) => pair === "aa" || own.startsWith(pair, 2 * index)),
    );
    const isOwnAddress = data.every((byte, index) => byte === OWN_ADDRESS[index]);
    const replies = meant.map((own) =>
      isOwnAddress
        ? meterFrame(own, READ, [...OWN_ADDRESS, ...bytesOf(own)])
        : meterFrame(own, REFUSED, [NO_SUCH_DATA]),
    );
    const [first, ...others] = replies;
    if (!first) return [];
    // The wire carries the bits of both: a 0 of either of them wins.
    const heap = others.reduce(
      (sum, other) => sum.map((byte, index) => byte & (other[index] ?? 0xff)),
      first,
    );
    return [answered(frame, heap, 40, SLAVE_LINE)] satisfies Utterance[];
  };
}

function requestOf(frame: Uint8Array): [address: string, data: number[]] {
  const address = [...frame.subarray(5, 11)].reverse().map((byte) => byte.toString(16).padStart(2, "0"));
  return [address.join(""), [...frame.subarray(14, 18)].map((byte) => (byte - 0x33) & 0xff)];
}

function bytesOf(address: string): number[] {
  return (address.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).reverse();
}

async function scan(script: Script, stopAfter = Number.POSITIVE_INFINITY) {
  const { bus, clock, events } = busOver(script);
  const count = { asked: 0, total: 0 };
  const told: FoundUnit[] = [];
  const scanning = scanDlt645({
    probe: busProbe(bus, () => undefined),
    profiles: [dlt645Prepaid],
    isStopped: () => count.asked >= stopAfter,
    onMore: (questions) => {
      count.total += questions;
    },
    onAsked: () => {
      count.asked += 1;
    },
    onFound: (unit) => told.push(unit),
  });
  const found = await clock.until(scanning);
  expect(told).toEqual(found);
  return { found: found.map(({ unitId, state }) => `${unitId} ${state}`), count, bus, events };
}

describe("a scan for DL/T 645 meters on a bus at work", () => {
  it("asks once where there is none", async () => {
    expect(await scan(() => [])).toMatchObject({ found: [], count: { asked: 1, total: 1 } });
  });

  it("is told its address by a single meter", async () => {
    const { found, count } = await scan(metersAt("202611210061"));
    expect(found).toEqual(["202611210061 answered"]);
    expect(count.asked).toBe(1);
  });

  it("tells meters apart byte by byte, from the lowest one on", async () => {
    // Two that differ in the lowest byte, and two that are alike in it and the next.
    const addresses = ["000000000001", "000000000061", "000000017761", "000000027761"];
    const { found, count } = await scan(metersAt(...addresses));
    expect(found.toSorted()).toEqual(addresses.map((address) => `${address} answered`));
    expect(count).toEqual({ asked: 301, total: 301 });
  });

  it("tells of two meters with one whole address, and raises no alarm over meters that were asked at once", async () => {
    const twins: Script = (frame, index) => {
      const [own] = metersAt("000000000061")(frame, index);
      return own ? [{ ...own, bytes: own.bytes.map((byte, n) => (n === 12 ? byte ^ 0x51 : byte)) }] : [];
    };
    const { found, bus, events } = await scan(twins);
    expect(found).toEqual(["000000000061 unclear"]);
    expect(bus.budget().units.filter(({ unitId }) => String(unitId).includes("A"))).toEqual([]);
    expect(events.filter(({ kind }) => kind === "duplicate-address")).toEqual([]);
    expect(bus.budget().state).toBe("up");
  });

  it("gives a line of noise up, and stops when told", async () => {
    const noise: Script = (frame) => [answered(frame, Uint8Array.of(0x68, 0x11, 0x5a, 0x3c), 40, SLAVE_LINE)];
    const { count } = await scan(noise);
    expect(count.asked).toBeLessThanOrEqual(1000);
    expect((await scan(metersAt("000000000001", "000000000061"), 5)).count.asked).toBe(5);
  });
});
