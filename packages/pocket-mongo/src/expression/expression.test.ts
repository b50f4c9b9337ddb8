import { expect, test } from "vitest";
import { Decimal128, type Doc, Double, doc, number, type Value } from "../bson/value.ts";
import { compile } from "./compile.ts";

const at = (text: string): Date => new Date(text);
const call = (operator: string, operand: Value): Doc => new Map([[operator, operand]]);

function evaluate(expression: Value): Value | undefined {
  return compile(expression)({
    root: doc({ list: [1, 2, 3] }),
    now: at("2024-01-01T00:00:00Z"),
    variables: undefined,
  });
}

// Results as MongoDB's manual gives them, or as its types oblige: int32 grows to int64, int64 to double.
test.each<[string, Value, Value]>([
  ["int32 stays", call("$add", [2, 3]), 5],
  ["int32 grows to int64", call("$add", [2147483647, 1]), 2147483648n],
  ["int64 keeps digits a double loses", call("$add", [9007199254740993n, 0]), 9007199254740993n],
  ["int64 overflow becomes a double", call("$add", [2n ** 63n - 1n, 1]), new Double(2 ** 63)],
  [
    "decimal wins",
    call("$add", [Decimal128.fromString("0.1"), Decimal128.fromString("0.2")]),
    Decimal128.fromString("0.3"),
  ],
  ["$divide is a double", call("$divide", [6, 3]), new Double(2)],
  ["$round is half to even", call("$round", [new Double(2.5), 0]), new Double(2)],
  ["$round to tens", call("$round", [1250, -2]), 1200],
  [
    "$dateTrunc to the month",
    call("$dateTrunc", doc({ date: at("2024-03-31T13:14:15Z"), unit: "month" })),
    at("2024-03-01T00:00:00Z"),
  ],
  [
    "$dateTrunc to the day over a change of clocks",
    call("$dateTrunc", doc({ date: at("2024-03-31T13:00:00Z"), unit: "day", timezone: "Europe/Berlin" })),
    at("2024-03-30T23:00:00Z"),
  ],
  [
    "$dateTrunc to the week from Sunday",
    call("$dateTrunc", doc({ date: at("2024-01-03T10:00:00Z"), unit: "week" })),
    at("2023-12-31T00:00:00Z"),
  ],
  [
    "$dateTrunc to a quarter of an hour",
    call("$dateTrunc", doc({ date: at("2024-01-03T10:44:59Z"), unit: "minute", binSize: 15 })),
    at("2024-01-03T10:30:00Z"),
  ],
  [
    "$dateAdd clamps to the month",
    call("$dateAdd", doc({ startDate: at("2024-01-31T00:00:00Z"), unit: "month", amount: 1 })),
    at("2024-02-29T00:00:00Z"),
  ],
  [
    "$dateToString",
    call(
      "$dateToString",
      doc({ date: at("2024-07-05T09:08:07.006Z"), format: "%Y-%m-%d %H:%M:%S.%L %z", timezone: "+0530" }),
    ),
    "2024-07-05 14:38:07.006 +0530",
  ],
  ["$isoWeek of a first of January", call("$isoWeek", at("2021-01-01T00:00:00Z")), 53],
  [
    "$reduce",
    call("$reduce", doc({ input: "$list", initialValue: 0, in: call("$add", ["$$value", "$$this"]) })),
    6,
  ],
  ["$cond", call("$cond", [call("$gt", ["$missing", 0]), "yes", "no"]), "no"],
  ["$toInt of a text", call("$toInt", "42"), 42],
  ["$type of what is not there", call("$type", "$missing"), "missing"],
])("%s", (_name, expression, expected) => {
  expect(evaluate(expression)).toEqual(typeof expected === "number" ? number(expected) : expected);
});

test.each<[string, Value, number | string]>([
  ["an unknown operator", call("$nosuch", 1), "InvalidPipelineOperator"],
  ["division by zero", call("$divide", [1, 0]), "BadValue"],
  ["a text that is no number", call("$toInt", "4x"), "ConversionFailure"],
  [
    "an unknown time zone",
    call("$dateToString", doc({ date: at("2024-01-01T00:00:00Z"), timezone: "Mars/Base" })),
    "Location40485",
  ],
])("%s is refused", (_name, expression, codeName) => {
  expect(() => evaluate(expression)).toThrow(expect.objectContaining({ codeName }));
});
