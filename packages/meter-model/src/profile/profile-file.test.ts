import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtInProfiles } from "./built-in.ts";
import { parseProfileFile, parseProfileFiles, profileFileErrorText } from "./profile-file.ts";

const GOOD = `{
  "id": "my-meter",
  "name": "My meter",
  "manufacturer": "Me",
  "protocol": "modbus",
  "source": "manual 1.2, page 7",
  "defaultLine": { "baud": 9600, "parity": "none", "stopBits": 1 },
  "minimumGapMs": 0,
  "longestLatencyMs": 1000,
  "variants": {
    "single-phase": {
      "phases": 1,
      "registers": [
        { "name": "voltageDv", "address": "0x0300", "type": "u16" },
        { "name": "currentCa", "address": 769, "type": "u16" },
        { "name": "activePowerW", "address": 770, "type": "s16" },
        { "name": "reactivePowerVar", "address": 771, "type": "s16" },
        { "name": "powerFactorMilli", "address": 772, "type": "s16" },
        { "name": "energyWh", "address": 773, "type": "u32", "scale": [10, 1] },
        { "name": "statusWord", "address": 775, "type": "u16" },
        { "name": "alarm1Minor", "address": 800, "type": "u32", "access": "rw" }
      ],
      "sampleBlocks": [{ "name": "sample", "function": 3, "address": "0x0300", "count": 8 }],
      "relay": {
        "command": {
          "open": { "address": 900, "words": [1] },
          "close": { "address": 900, "words": [0] }
        },
        "readBack": { "register": "statusWord", "mask": 1, "closedValue": 1 }
      },
      "parameters": [{ "register": "alarm1Minor", "minimum": 0, "maximum": 100000 }],
      "energyModulusWh": 42949672960
    }
  }
}
`;

/** The file with a piece of text replaced. */
const changed = (from: string, to: string) => {
  if (!GOOD.includes(from)) throw new Error(`the example has no ${from}`);
  return GOOD.replace(from, to);
};
function complaints(content: string): string[] {
  const result = parseProfileFile(content, "my.json");
  return "errors" in result ? result.errors.map(profileFileErrorText) : [];
}

describe("a profile file", () => {
  it("is read with its defaults, and addresses may be hexadecimal", () => {
    const result = parseProfileFile(GOOD, "my.json");
    expect(result).toMatchObject({ profile: { id: "my-meter" } });
    const variant = "profile" in result ? result.profile.variants["single-phase"] : undefined;
    expect(variant).toMatchObject({ unitIdStep: 1, holes: [] });
    expect(variant?.registers[0]).toMatchObject({ address: 0x0300, function: 3, scale: [1, 1], access: "r" });
  });

  const FIELD = "variants.single-phase";
  const TYPES = 'one of "u16", "s16", "u32", "s32", "f32" (Modbus) or "bcd", "signed-bcd", "bits" (DL/T 645)';
  const NEEDED =
    '"voltageDv", "currentCa", "activePowerW", "powerFactorMilli", "reactivePowerVar", "energyWh"';
  const LAST_ROW = '"address": 800, "type": "u32", "access": "rw" }\n      ],';
  // One row a mistake: what the file has instead, with ‸ before the place that is shown, and how it is answered.
  it.each<[why: string, from: string, to: string, answer: string]>([
    [
      "a comma too many",
      '"words": [1] }',
      '"words": [1], ‸}',
      "not JSON: a field's name in double quotes is expected here; there may be a comma too many before it",
    ],
    [
      "a comma missing",
      '"id": "my-meter",\n  ',
      '"id": "my-meter"\n  ‸',
      "not JSON: a comma is missing before this",
    ],
    [
      "a number in hexadecimal without quotes",
      '"address": 769',
      '"address": 0‸x0301',
      'not JSON: this is neither a string in double quotes nor a number; write addresses as 768 or "0x0300"',
    ],
    [
      "a comment",
      '"phases": 1,',
      '"phases": 1, ‸// one',
      'not JSON: comments are not allowed; use the field "unsure" or "source" for what must be said',
    ],
    [
      "a field twice",
      '"address": 769',
      '"address": 769, ‸"address": 770',
      `${FIELD}.registers.1.address: stands twice in the same object; keep one`,
    ],
    [
      "a field missing",
      '{\n  "id": "my-meter",\n',
      "‸{\n",
      "id: is missing: give it a text in double quotes",
    ],
    [
      "a field misspelt",
      '"minimumGapMs"',
      '‸"minimumGap"',
      "minimumGap: is no field of a profile here; check its spelling or remove it",
    ],
    [
      "an id with spaces",
      '"my-meter"',
      '‸"My meter"',
      'id: may only have small letters, digits and single hyphens, such as "my-meter-2"',
    ],
    ["an unknown protocol", '"modbus"', '‸"modbus-rtu"', 'protocol: must be one of "modbus", "dlt645"'],
    ["two phases", '"phases": 1', '"phases": ‸2', `${FIELD}.phases: must be one of 1, 3`],
    ["text for a number", "9600", '‸"fast"', "defaultLine.baud: must be a number"],
    ["a fraction", "[10, 1]", "[‸0.1, 1]", `${FIELD}.registers.5.scale.0: must be a whole number`],
    ["half a scale", "[10, 1]", "‸[10]", `${FIELD}.registers.5.scale: needs at least 2 entries`],
    [
      "an address beyond 16 bits",
      "769",
      "‸70000",
      `${FIELD}.registers.1.address: is too large: 65535 at most`,
    ],
    [
      "a type that is none",
      '769, "type": "u16"',
      '769, "type": ‸"u8"',
      `${FIELD}.registers.1.type: must be ${TYPES}`,
    ],
    [
      "a register without a type",
      '{ "name": "currentCa", "address": 769, "type": "u16"',
      '‸{ "name": "currentCa", "address": 769',
      `${FIELD}.registers.1.type: is missing: give it ${TYPES}`,
    ],
    [
      "a block of nothing",
      '"count": 8',
      '"count": ‸0',
      `${FIELD}.sampleBlocks.0.count: is too small: 1 at least`,
    ],
    [
      "a longer read than Modbus has",
      '"count": 8',
      '"count": ‸126',
      `${FIELD}.sampleBlocks.0.count: is too large: 125 at most`,
    ],
    [
      "a block too short",
      '[{ "name": "sample", "function": 3, "address": "0x0300", "count": 8',
      '‸[{ "name": "sample", "function": 3, "address": "0x0300", "count": 7',
      `${FIELD}.sampleBlocks: do not read "statusWord", which the relay's read-back needs`,
    ],
    [
      "a block of the other function",
      '[{ "name": "sample", "function": 3',
      '‸[{ "name": "sample", "function": 4',
      `${FIELD}.sampleBlocks: do not read ${NEEDED}, which every sample needs; "statusWord", which the relay's read-back needs`,
    ],
    [
      "a function that reads no registers",
      '"function": 3',
      '"function": ‸6',
      `${FIELD}.sampleBlocks.0.function: must be one of 3, 4`,
    ],
    [
      "a quantity missing",
      '[\n        { "name": "voltageDv"',
      '‸[\n        { "name": "voltage"',
      `${FIELD}.registers: lack "voltageDv", which every sample needs`,
    ],
    [
      "a name twice",
      '"statusWord", "address"',
      '‸"currentCa", "address"',
      `${FIELD}.registers.6.name: "currentCa" stands twice; each name once`,
    ],
    [
      "a register of the other protocol",
      '{ "name": "alarm1Minor", "address": 800, "type": "u32"',
      '‸{ "name": "alarm1Minor", "dataId": 800, "bytes": 2, "type": "bcd"',
      `${FIELD}.registers.7: is written for DL/T 645, but the profile's protocol is modbus`,
    ],
    [
      "a command misspelt",
      '"open": { "address": 900, "words"',
      '"open": { "address": 900, ‸"word"',
      `${FIELD}.relay.command.open.word: is no field of a profile here; check its spelling or remove it`,
    ],
    [
      "a closed value outside its mask",
      '"closedValue": 1',
      '"closedValue": ‸2',
      `${FIELD}.relay.readBack.closedValue: has bits outside the mask: no word could match`,
    ],
    [
      "a parameter that is no register",
      '"register": "alarm1Minor"',
      '"register": ‸"alarm2Minor"',
      `${FIELD}.parameters.0.register: names "alarm2Minor", which no register is called`,
    ],
    [
      "a parameter that nobody can write",
      '"register": "alarm1Minor"',
      '"register": ‸"statusWord"',
      `${FIELD}.parameters.0.register: names "statusWord", which is not writable: give it the access "rw"`,
    ],
    [
      "a range upside down",
      '{ "register": "alarm1Minor", "minimum": 0',
      '‸{ "register": "alarm1Minor", "minimum": 100001',
      `${FIELD}.parameters.0: has a minimum above its maximum`,
    ],
    [
      "a hole in the sample",
      '"sampleBlocks": [{',
      '"holes": [{ "from": 770, "to": 770 }], "sampleBlocks": [‸{',
      `${FIELD}.sampleBlocks.0: reads across a hole of the same variant`,
    ],
    [
      "loops beyond the address space",
      LAST_ROW,
      `${LAST_ROW.replace("800", "2000")} "loops": ‸{ "count": 64, "stride": 1024 },`,
      `${FIELD}.loops: shift the last loop's registers beyond 65535`,
    ],
  ])("with %s says where and what to do", (_why, from, to, answer) => {
    const marked = changed(from, to);
    const lines = marked.slice(0, marked.indexOf("‸")).split("\n");
    const place = `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
    expect(complaints(marked.replace("‸", ""))).toContain(`my.json:${place}: ${answer}`);
  });

  it.each([
    ["", "my.json:1:1: the file is empty; docs/devices.md shows a profile"],
    ["[]", "my.json:1:1: must be an object in { }"],
    ["{", "my.json:1:2: not JSON: a closing } is missing"],
    ['{"id":"a"} {}', "my.json:1:12: not JSON: the profile has ended before this; remove what follows"],
  ])("that is %j is refused", (content, answer) => {
    expect(complaints(content)).toContain(answer);
  });

  it("tells every field that is wrong at once, and only fields while there are any", () => {
    const two = changed('"phases": 1', '"phases": 2').replace('"count": 8', '"count": 0');
    expect(complaints(two)).toHaveLength(2);
  });
});

it("docs/devices.md shows a profile that can be used", () => {
  const page = readFileSync(new URL("../../../../docs/devices.md", import.meta.url), "utf8");
  const [, example = ""] = page.split("```json\n");
  expect(parseProfileFile(example.slice(0, example.indexOf("```")), "docs.json")).toMatchObject({
    profile: { id: "my-meter" },
  });
});

describe("a folder of profile files", () => {
  it("gives the good ones although others are broken", () => {
    const files = [
      { name: "a.json", content: "{" },
      { name: "b.json", content: GOOD },
    ];
    const { profiles, errors } = parseProfileFiles(files, builtInProfiles);
    expect(profiles.map(({ id }) => id)).toEqual(["my-meter"]);
    expect(errors.map(({ file }) => file)).toEqual(["a.json"]);
  });

  it("refuses an id that a built-in profile or an earlier file has", () => {
    const files = [
      { name: "a.json", content: changed("my-meter", "acrel-adf400l") },
      { name: "b.json", content: GOOD },
      { name: "c.json", content: GOOD },
    ];
    const { profiles, errors } = parseProfileFiles(files, builtInProfiles);
    expect(profiles).toHaveLength(1);
    expect(errors.map(profileFileErrorText)).toEqual([
      'a.json:2:9: id: "acrel-adf400l" is the id of a profile that comes with Hallmeter already; choose another, such as "my-acrel-adf400l"',
      'c.json:2:9: id: "my-meter" is the id of b.json already; choose another, such as "my-my-meter"',
    ]);
  });
});
