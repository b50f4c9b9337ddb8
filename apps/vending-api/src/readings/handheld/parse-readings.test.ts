import { describe, expect, it } from "vitest";
import { parseCsvReadings, parseJsonReadings } from "./parse-readings.ts";

const NOW = new Date("2025-11-05T00:00:00Z");
const csv = (...rows: string[]) => parseCsvReadings(rows.join("\r\n"), "Europe/Berlin", NOW);
const HEADER = "serial,time,register_kwh,operator,circuit";

describe("a handheld's list", () => {
  it("is read with quotes, either separator, a mark of byte order, columns in any order, and empty lines", () => {
    const { readings, bad } = csv(
      "\uFEFFOperator;register_kwh;serial;time;note",
      '"Li; ""Lena""";1234.5;A-1;2025-03-01 14:30;x',
      "",
      "Wang;0.007;B-2;2025-03-01T14:30:00+08:00;",
    );
    expect(bad).toEqual([]);
    expect(readings).toEqual([
      {
        line: 2,
        serial: "A-1",
        circuit: null,
        at: new Date("2025-03-01T13:30:00Z"),
        meterRegisterWh: 1_234_500,
        operator: 'Li; "Lena"',
      },
      {
        line: 4,
        serial: "B-2",
        circuit: null,
        at: new Date("2025-03-01T06:30:00Z"),
        meterRegisterWh: 7,
        operator: "Wang",
      },
    ]);
  });

  it.each([
    { row: ",2025-03-01 14:30,1,Li", field: "serial", message: "Is missing" },
    { row: "A,yesterday,1,Li", field: "time", message: "Is no time" },
    { row: "A,2025-02-30 10:00,1,Li", field: "time", message: "Is no time" },
    { row: "A,2025-03-30 02:30,1,Li", field: "time", message: "set forward" },
    { row: "A,2025-10-26 02:30,1,Li", field: "time", message: "twice" },
    { row: "A,2025-11-06 10:00,1,Li", field: "time", message: "future" },
    { row: "A,2025-03-01 14:30,1.2345,Li", field: "register_kwh", message: "three decimals" },
    { row: "A,2025-03-01 14:30,-1,Li", field: "register_kwh", message: "not a number" },
    { row: "A,2025-03-01 14:30,1e9,Li", field: "register_kwh", message: "not a number" },
    { row: "A,2025-03-01 14:30,=1+1,Li", field: "register_kwh", message: "not a number" },
    { row: "A,2025-03-01 14:30,1,", field: "operator", message: "Is missing" },
    { row: "A,2025-03-01 14:30,1,Li,x,y", field: "", message: "more fields" },
    { row: 'A,2025-03-01 14:30,1,"Li', field: "", message: "not closed" },
  ])("names the line and the field of $row", ({ row, field, message }) => {
    const { readings, bad } = csv(HEADER, "A,2025-03-01 14:30,1,Li,", row);
    expect(readings).toHaveLength(1);
    expect(bad).toEqual([{ line: 3, field, message: expect.stringContaining(message) }]);
  });

  it("without its columns is refused as a whole", () => {
    expect(csv("serial,time", "A,2025-03-01").bad.map(({ line, field }) => [line, field])).toEqual([
      [1, "register_kwh"],
      [1, "operator"],
    ]);
  });

  it("may be JSON, whose mistakes are named by entry", () => {
    const entry = { serial: "A", time: "2025-03-01T14:30:00Z", register_kwh: 12.5, operator: "Li" };
    const text = JSON.stringify([entry, { ...entry, register_kwh: null }, { serial: { $ne: 1 } }]);
    const { readings, bad } = parseJsonReadings(text, "Europe/Berlin", NOW);
    expect(readings).toMatchObject([{ line: 1, meterRegisterWh: 12_500 }]);
    expect(bad.map(({ line, field }) => [line, field])).toEqual([
      [2, "register_kwh"],
      [3, "time"],
    ]);
    expect(parseJsonReadings("{}", "UTC", NOW).bad).toMatchObject([
      { line: 1, message: "Is not an array of objects" },
    ]);
    expect(parseJsonReadings("[", "UTC", NOW).bad).toMatchObject([{ line: 1, message: "Is not valid JSON" }]);
  });
});
