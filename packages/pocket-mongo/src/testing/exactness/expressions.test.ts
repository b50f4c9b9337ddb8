import { describe, expect, test } from "vitest";
import { Double, MaxKey, ObjectId } from "../../bson/value.ts";
import { inProcess, type Plain } from "../in-process.ts";

/**
 * Edge cases held against MongoDB's own words: each block names the page of the manual, one row a case. Whole numbers are int32,
 * `1n` is an int64, `Double` and `Decimal128` say what they are.
 */
const server = inProcess(() => new Date("2024-05-06T07:08:09Z"));

// Manual: one page per expression operator ("Aggregation Operators").
describe("expressions", () => {
  const berlin = "Europe/Berlin";
  test.each<[string, Plain, Plain]>([
    ["$bitAnd", { $bitAnd: [12, 10] }, 8],
    ["$bitAnd of nothing", { $bitAnd: [] }, -1],
    ["$bitOr with an int64", { $bitOr: [1, 4n] }, 5n],
    ["$bitXor with null", { $bitXor: [1, null] }, null],
    ["$bitNot", { $bitNot: 5 }, -6],
    ["$sum of a list of fields", { $sum: ["$i", "$l"] }, 7],
    ["$sum of one array", { $sum: "$l" }, 6],
    ["$avg of nothing", { $avg: [] }, null],
    ["$max over types", { $max: ["$i", "a", null] }, "a"],
    ["$min of one array", { $min: "$l" }, 1],
    ["$stdDevPop", { $stdDevPop: [2, 4] }, new Double(1)],
    ["$unsetField", { $unsetField: { field: "x", input: { x: 1, y: 2 } } }, { y: 2 }],
    ["$setDifference keeps the order of the first", { $setDifference: [[3, 1, 2, 3], [1]] }, [3, 2]],
    ["$toString of a double has six digits", { $toString: new Double(1234567.5) }, "1.23457e+06"],
    ["$toString of a short double", { $toString: new Double(2.5) }, "2.5"],
    ["$toString of a whole double", { $toString: new Double(100) }, "100"],
    ["$strcasecmp knows only ASCII", { $strcasecmp: ["ä", "Ä"] }, 1],
    ["$divide of integers is a double", { $divide: [7, 2] }, new Double(3.5)],
    ["$mod keeps the sign of the dividend", { $mod: [-7, 3] }, -1],
    ["$trunc to tens", { $trunc: [1299, -2] }, 1200],
    ["$indexOfArray", { $indexOfArray: ["$l", 3] }, 2],
    ["$slice from the end", { $slice: ["$l", -2] }, [2, 3]],
    ["$arrayElemAt past the end is missing", { $ifNull: [{ $arrayElemAt: ["$l", 9] }, "none"] }, "none"],
    ["$cmp sorts missing below null", { $cmp: ["$missing", null] }, -1],
    [
      "$dateTrunc to a day of 23 hours",
      { $dateTrunc: { date: new Date("2024-03-31T21:30:00Z"), unit: "day", timezone: berlin } },
      new Date("2024-03-30T23:00:00Z"),
    ],
    [
      "$dateTrunc to a day of 25 hours",
      { $dateTrunc: { date: new Date("2024-10-27T22:30:00Z"), unit: "day", timezone: berlin } },
      new Date("2024-10-26T22:00:00Z"),
    ],
    [
      "$dateToString in a zone",
      { $dateToString: { date: new Date("2024-07-01T00:00:00Z"), format: "%H:%M %z", timezone: berlin } },
      "02:00 +0200",
    ],
    [
      "$dateToString in winter",
      { $dateToString: { date: new Date("2024-01-01T00:00:00Z"), format: "%H:%M %z", timezone: berlin } },
      "01:00 +0100",
    ],
    [
      "$dateDiff counts boundaries",
      {
        $dateDiff: {
          startDate: new Date("2024-12-31T23:59:59Z"),
          endDate: new Date("2025-01-01T00:00:00Z"),
          unit: "year",
        },
      },
      1n,
    ],
    [
      "$dateAdd of a day over the change of clocks",
      { $dateAdd: { startDate: new Date("2024-03-30T12:00:00Z"), unit: "day", amount: 1, timezone: berlin } },
      new Date("2024-03-31T11:00:00Z"),
    ],
    ["$convert with onError", { $convert: { input: "x", to: "int", onError: "bad" } }, "bad"],
    [
      "$toDate of an ObjectId",
      { $toDate: new ObjectId("65f000000000000000000000") },
      new Date(0x65f00000 * 1000),
    ],
    ["$type of MaxKey", { $type: new MaxKey() }, "maxKey"],
  ])("%s", async (_name, expression, expected) => {
    await server.fill("x", [{ _id: 1, i: 7, l: [1, 2, 3] }]);
    const [row] = (await server.aggregate("x", [{ $project: { v: expression } }])) as [{ v: unknown }];
    expect(row.v).toEqual(expected);
  });
  test.each<[string, Plain, number]>([
    ["$bitAnd of a double", { $bitAnd: [new Double(1), 1] }, 14],
    ["$sin, whose last digit depends on the machine", { $sin: 1 }, 238],
    ["$median, which MongoDB estimates", { $median: { input: [1], method: "approximate" } }, 238],
    ["binding CURRENT", { $let: { vars: { CURRENT: "$l" }, in: 1 } }, 238],
    ["text of an infinite double", { $toString: new Double(Number.POSITIVE_INFINITY) }, 238],
    ["$dateFromString with a format", { $dateFromString: { dateString: "1", format: "%Y" } }, 238],
  ])("%s is refused", async (_name, expression, code) => {
    await server.fill("x", [{ _id: 1 }]);
    const pipeline = [{ $project: { v: expression } }];
    expect(await server.run({ aggregate: "x", pipeline, cursor: {} })).toMatchObject({ ok: 0, code });
  });
});
