import { wordCount, wordIndex } from "./decode.ts";
import {
  isModbusBlock,
  isModbusRegister,
  type Profile,
  type ProfileVariant,
  type Register,
} from "./profile.ts";
import { isModbusWrite } from "./relay-control.ts";

export interface ProfileMistake {
  path: (string | number)[];
  /** What is wrong and what to do, as the end of a sentence that begins with the path. */
  message: string;
}

const ONE_PHASE = [
  "voltageDv",
  "currentCa",
  "activePowerW",
  "powerFactorMilli",
  "reactivePowerVar",
  "energyWh",
];
const PER_PHASE = ["voltageDv", "currentCa", "activePowerW"];
const THREE_PHASES = [
  ...["phaseA", "phaseB", "phaseC"].flatMap((phase) => PER_PHASE.map((quantity) => `${phase}.${quantity}`)),
  "activePowerW",
  "powerFactorMilli",
  "reactivePowerVar",
  "energyWh",
];

interface Needed {
  name: string;
  for: string;
}

/** "a", "b", which every sample needs; "c", which the fault bit needs. */
function needs(rows: readonly Needed[]): string {
  const purposes = [...new Set(rows.map((row) => row.for))];
  return purposes
    .map((purpose) => {
      const names = rows.filter((row) => row.for === purpose).map(({ name }) => `"${name}"`);
      return `${names.join(", ")}, which ${purpose} needs`;
    })
    .join("; ");
}

/** What a sample of the variant cannot be made without. */
function neededNames(variant: ProfileVariant): Needed[] {
  const { relay, fault, phases } = variant;
  return [
    ...(phases === 1 ? ONE_PHASE : THREE_PHASES).map((name) => ({ name, for: "every sample" })),
    ...(relay === undefined ? [] : [{ name: relay.readBack.register, for: "the relay's read-back" }]),
    ...(fault === undefined ? [] : [{ name: fault.register, for: "the fault bit" }]),
  ];
}

function protocolMistakes({ protocol }: Profile, variant: ProfileVariant): ProfileMistake[] {
  const isModbus = protocol === "modbus";
  const foreign = (path: (string | number)[]): ProfileMistake => ({
    path,
    message: isModbus
      ? "is written for DL/T 645, but the profile's protocol is modbus"
      : "is written for Modbus, but the profile's protocol is dlt645",
  });
  const { command } = variant.relay ?? {};
  return [
    ...variant.registers.flatMap((register, index) =>
      isModbusRegister(register) === isModbus ? [] : [foreign(["registers", index])],
    ),
    ...variant.sampleBlocks.flatMap((block, index) =>
      isModbusBlock(block) === isModbus ? [] : [foreign(["sampleBlocks", index])],
    ),
    ...(["open", "close"] as const).flatMap((state) =>
      command === undefined || isModbusWrite(command[state]) === isModbus
        ? []
        : [foreign(["relay", "command", state])],
    ),
    ...(variant.loops === undefined || isModbus ? [] : [foreign(["loops"])]),
  ];
}

function registerMistakes({ registers, holes }: ProfileVariant): ProfileMistake[] {
  const seen = new Set<string>();
  const twice = registers.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: ["registers", index, "name"], message: `"${name}" stands twice; each name once` }];
  });
  const reversed = holes.flatMap((hole, index) =>
    hole.from <= hole.to ? [] : [{ path: ["holes", index], message: "ends before it begins" }],
  );
  return [...twice, ...reversed];
}

function sampleMistakes(variant: ProfileVariant): ProfileMistake[] {
  const isRead = (register: Register) =>
    variant.sampleBlocks.some((block) => wordIndex(register, block) !== undefined);
  const needed = neededNames(variant);
  const found = needed.map(({ name }) => variant.registers.find((row) => row.name === name));
  const absent = needed.filter((_, index) => found[index] === undefined);
  const unread = needed.filter((_, index) => {
    const register = found[index];
    return register !== undefined && !isRead(register);
  });
  const missing: ProfileMistake[] = [
    ...(absent.length === 0 ? [] : [{ path: ["registers"], message: `lack ${needs(absent)}` }]),
    ...(unread.length === 0 ? [] : [{ path: ["sampleBlocks"], message: `do not read ${needs(unread)}` }]),
  ];
  const across = variant.sampleBlocks.flatMap((block, index) =>
    isModbusBlock(block) &&
    variant.holes.some((hole) => hole.from < block.address + block.count && hole.to >= block.address)
      ? [{ path: ["sampleBlocks", index], message: "reads across a hole of the same variant" }]
      : [],
  );
  return [...missing, ...across];
}

function relayMistakes({ relay }: ProfileVariant): ProfileMistake[] {
  if (relay === undefined) return [];
  const { mask, closedValue } = relay.readBack;
  return (closedValue & ~mask) === 0
    ? []
    : [
        {
          path: ["relay", "readBack", "closedValue"],
          message: "has bits outside the mask: no word could match",
        },
      ];
}

function loopMistakes({ loops, registers, unitIdStep }: ProfileVariant): ProfileMistake[] {
  if (loops === undefined) return [];
  const last = Math.max(
    ...registers.filter(isModbusRegister).map((register) => register.address + wordCount(register) - 1),
  );
  return [
    ...(last + (loops.count - 1) * loops.stride > 0xffff
      ? [{ path: ["loops"], message: "shift the last loop's registers beyond 65535" }]
      : []),
    ...(unitIdStep > 1 ? [{ path: ["unitIdStep"], message: "must be 1 where loops share a unit id" }] : []),
  ];
}

function namedMistakes({ registers, credit, parameters, serial, events }: ProfileVariant): ProfileMistake[] {
  const judge = (path: (string | number)[], name: string, mustWrite: boolean): ProfileMistake[] => {
    const register = registers.find((row) => row.name === name);
    if (register === undefined) return [{ path, message: `names "${name}", which no register is called` }];
    return mustWrite && register.access !== "rw"
      ? [{ path, message: `names "${name}", which is not writable: give it the access "rw"` }]
      : [];
  };
  const { purchase } = credit ?? {};
  return [
    ...(credit === undefined
      ? []
      : [
          ...judge(["credit", "remaining"], credit.remaining, false),
          ...judge(["credit", "purchaseCount"], credit.purchaseCount, false),
        ]),
    ...(purchase === undefined
      ? []
      : [
          ...judge(["credit", "purchase", "amount"], purchase.amount, true),
          ...judge(["credit", "purchase", "count"], purchase.count, true),
        ]),
    ...(serial?.registers ?? []).flatMap((name, index) => judge(["serial", "registers", index], name, false)),
    ...events.flatMap(({ register }, index) => judge(["events", index, "register"], register, false)),
    ...parameters.flatMap(({ register, minimum, maximum }, index) => [
      ...judge(["parameters", index, "register"], register, true),
      ...(minimum <= maximum
        ? []
        : [{ path: ["parameters", index], message: "has a minimum above its maximum" }]),
    ]),
  ];
}

/** What a profile says of itself that cannot be true together; empty when it can be used. */
export function profileMistakes(profile: Profile): ProfileMistake[] {
  return Object.entries(profile.variants).flatMap(([name, variant]) =>
    [
      ...protocolMistakes(profile, variant),
      ...registerMistakes(variant),
      ...sampleMistakes(variant),
      ...relayMistakes(variant),
      ...loopMistakes(variant),
      ...namedMistakes(variant),
    ].map(({ path, message }) => ({ path: ["variants", name, ...path], message })),
  );
}
