import { describe, expect, it } from "vitest";
import { isApiError } from "../errors.ts";
import type { ColumnName } from "./csv-columns.ts";
import { MOST_LINES, readCsv } from "./read-csv.ts";

const COLUMNS: ColumnName[] = ["id", "building", "name", "floor"];
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readCsv(bytes(text), COLUMNS, "auto");

function mistakesOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (isApiError(error)) return error.errors.map(({ path, code }) => `${path}: ${code}`);
    throw error;
  }
  return [];
}

describe("a file", () => {
  it("is read with its lines as an editor counts them", () => {
    // RFC 4180, 2: quoted line ends, doubled quotes, no line end after the last record.
    const { columns, lines } = read('name,floor\r\n"a ""b"", c\r\nd",1\r\n\r\n,\r\nlast,2');
    expect(columns).toEqual(["name", "floor"]);
    expect(lines).toEqual([
      { line: 2, cells: { name: 'a "b", c\r\nd', floor: "1" } },
      { line: 6, cells: { name: "last", floor: "2" } },
    ]);
  });

  it.each([
    ["comma", "name,floor\n1; 2,3", "1; 2"],
    ["semicolon", "name;floor\n1, 2;3", "1, 2"],
    ["tab", "name\tfloor\n1, 2; 3\t3", "1, 2; 3"],
  ])("may have its cells apart by a %s", (separator, text, name) => {
    expect(read(text)).toMatchObject({ separator, lines: [{ line: 2, cells: { name, floor: "3" } }] });
  });

  it("may have titles of either language, in any order, short lines and no line at all", () => {
    expect(read("楼层,名称\n3,A").lines).toEqual([{ line: 2, cells: { floor: "3", name: "A" } }]);
    expect(read("FLOOR,Name\n3").lines).toEqual([{ line: 2, cells: { floor: "3", name: "" } }]);
    expect(read("name\r\n").lines).toEqual([]);
  });

  it.each<[string, number[]]>([
    ["utf-8", [...bytes("\uFEFFname\n中文")]],
    ["utf-8", [...bytes("name\n中文")]],
    // 中 and 文 are D6D0 and CEC4 in GB 2312, which GB 18030 contains.
    ["gb18030", [...bytes("name\n"), 0xd6, 0xd0, 0xce, 0xc4]],
    ["utf-16le", [0xff, 0xfe, ...Buffer.from("name\n中文", "utf16le")]],
  ])("may be written in %s", (encoding, content) => {
    expect(readCsv(Uint8Array.from(content), COLUMNS, "auto")).toMatchObject({
      encoding,
      lines: [{ cells: { name: "中文" } }],
    });
  });

  it("has its neutralized texts as they were", () => {
    expect(read("name\n'=1+1\n''-x\n'quoted'").lines.map(({ cells }) => cells.name)).toEqual([
      "=1+1",
      "'-x",
      "'quoted'",
    ]);
  });
});

describe("a file that is no table of ours", () => {
  it.each<[string, string, string[]]>([
    ["nothing", "", ["line 1: required"]],
    ["an unknown column", "name,colour\na,b", ["line 1, colour: unknown-field"]],
    ["a column of another table", "name,phone\na,b", ["line 1, phone: unknown-field"]],
    ["a column twice", "name,Name\na,b", ["line 1, name: duplicate"]],
    ["__proto__", "__proto__,name\na,b", ["line 1, __proto__: unknown-field"]],
    ["a cell too many", "name\na\nb,c", ["line 3: unknown-field"]],
    ["an open quote", 'name\na\n"b\nc', ["line 4: malformed"]],
    ["a quote inside", 'name\na"b"c\n', ["line 2: malformed"]],
    ["NUL", "name\na\0b", ["line 1: malformed"]],
  ])("is refused: %s", (_what, text, mistakes) => {
    expect(mistakesOf(() => read(text))).toEqual(mistakes);
  });

  it("is refused in an encoding that it is not in", () => {
    const broken = Uint8Array.from([...bytes("name\n"), 0xff, 0xff]);
    expect(mistakesOf(() => readCsv(broken, COLUMNS, "auto"))).toEqual(["line 1: malformed"]);
    const chinese = Uint8Array.from([...bytes("name\n"), 0xd6, 0xd0]);
    expect(mistakesOf(() => readCsv(chinese, COLUMNS, "utf-8"))).toEqual(["line 1: malformed"]);
  });

  it("is refused when it is too long", () => {
    const text = `name\n${"a\n".repeat(MOST_LINES + 1)}`;
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "payload-too-large" }));
  });
});
