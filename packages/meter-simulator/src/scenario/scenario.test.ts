import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createSiteCore } from "../site/site-core.ts";
import { parseSite } from "../site/site-file.ts";
import type { SiteState } from "../site/state-file.ts";
import { playScenario } from "./play-scenario.ts";
import { parseScenario } from "./scenario.ts";

const SITE = parseSite({
  buses: [
    {
      id: "bus",
      line: { baud: 9600, parity: "none", stopBits: 1 },
      meters: [
        { profile: "acrel-1352", unitId: 7, variant: "single-phase" },
        { profile: "reference-cabinet", unitId: 9 },
      ],
    },
  ],
});
const STEPS = [
  { atS: 300, do: "unplug", name: "tea" },
  { atS: 60, do: "plug-in", busId: "bus", unitId: 7, name: "tea", appliance: { kind: "kettle" } },
  {
    atS: 90,
    do: "begin-fault",
    name: "stuck",
    fault: { kind: "stuck-relay", busId: "bus", unitId: 9, loop: 4 },
  },
  { atS: 200, do: "end-fault", name: "stuck" },
  {
    atS: 100,
    do: "begin-fault",
    fault: { kind: "meter-swap", busId: "bus", unitId: 9, serialNumber: "202600000001", energyWh: 40 },
  },
];

function start(state?: SiteState) {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const core = createSiteCore({ site: SITE, seed: 1, clock, fifoCharacters: 256, state });
  const stop = playScenario(parseScenario({ steps: STEPS }, SITE), core, clock);
  return {
    clock,
    core,
    stop,
    look: () => ({ tea: core.circuit("bus", 7), four: core.circuit("bus", 9, 4) }),
  };
}

describe("a scenario", () => {
  it("plays its steps by time, whatever their order in the file", () => {
    const { clock, look, core } = start();
    clock.advance(59_000);
    expect(look().tea.appliances).toEqual([]);
    clock.advance(46_000);
    expect(look()).toMatchObject({ tea: { appliances: [{ kind: "kettle" }] }, four: { isRelayStuck: true } });
    expect(core.circuit("bus", 9).registerEnergyWh).toBe(40);
    clock.advance(100_000);
    expect(look()).toMatchObject({
      tea: { appliances: [{ kind: "kettle" }] },
      four: { isRelayStuck: false },
    });
    clock.advance(100_000);
    expect(look().tea.appliances).toEqual([]);
  });

  it("goes on where it was after a restart, and does not repeat what happens once", () => {
    const first = start();
    first.clock.advance(150_000);
    const used = first.core.circuit("bus", 7).energyMilliWh;
    const saved = JSON.parse(JSON.stringify(first.core.state()));
    const second = start(saved);
    expect(second.look()).toMatchObject({
      tea: { appliances: [{ kind: "kettle" }] },
      four: { isRelayStuck: true },
    });
    expect(second.core.circuit("bus", 7).energyMilliWh).toBe(used);
    expect(second.core.circuit("bus", 9)).toMatchObject({
      registerEnergyWh: 40,
      serialNumber: "202600000001",
    });
    second.clock.advance(60_000);
    expect(second.look().four.isRelayStuck).toBe(false);
    second.clock.advance(100_000);
    expect(second.look().tea.appliances).toEqual([]);
  });

  it("stops when told to", () => {
    const { clock, stop, look } = start();
    stop();
    clock.advance(400_000);
    expect(look().tea.appliances).toEqual([]);
  });

  it.each([
    ["an unknown action", [{ atS: 1, do: "dance" }], /step 1 \(at 1 s, dance\): do/],
    ["a time before the start", [STEPS[1], { ...STEPS[0], atS: -1 }], /step 2 \(at -1 s, unplug\): atS/],
    ["an unknown field", [{ ...STEPS[1], volume: 3 }], /step 1 .*volume/],
    [
      "a bus that is not there",
      [{ ...STEPS[1], busId: "tram" }],
      /step 1 \(at 60 s, plug-in\): there is no bus tram/,
    ],
    ["a circuit that is not there", [{ ...STEPS[1], unitId: 8 }], /step 1 .*bus bus has no circuit 8/],
    ["a loop that is not there", [{ ...STEPS[1], unitId: 9, loop: 13 }], /step 1 .*circuit 9 loop 13/],
    ["an end without a beginning", [STEPS[0]], /step 1 .*nothing named "tea" was begun before by plug-in/],
    ["a name that is taken", [STEPS[1], STEPS[1]], /step 2 .*"tea" is begun already/],
    ["an end of the wrong kind", [STEPS[2], { atS: 99, do: "unplug", name: "stuck" }], /step 2 .*plug-in/],
    ["no steps", [], /steps/],
  ])("is refused with the name of its step: %s", (_name, steps, message) => {
    expect(() => parseScenario({ steps }, SITE)).toThrow(message);
  });
});
