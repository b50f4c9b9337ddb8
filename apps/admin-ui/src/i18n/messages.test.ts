import { describe, expect, it } from "vitest";
import { consoleEn } from "./console.en.ts";
import { consoleZh } from "./console.zh.ts";
import { createTranslate, interpolate } from "./interpolate.ts";
import { residentEn } from "./resident.en.ts";
import { residentZh } from "./resident.zh.ts";
import { preferredLocale } from "./translated.ts";

type Tree = { readonly [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [path, text] of flatten(value, `${prefix}${key}.`)) flat.set(path, text);
  }
  return flat;
}

const holes = (text: string) => [...new Set(text.match(/%\{\w+\}/g) ?? [])].sort();

describe.each([
  ["console", consoleEn, consoleZh],
  ["resident", residentEn, residentZh],
] as const)("%s messages", (_name, en, zh) => {
  const english = flatten(en);
  const chinese = flatten(zh);

  it("have the same keys in both languages", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("use the same parameters in both languages", () => {
    for (const [key, text] of english)
      expect([key, holes(chinese.get(key) ?? "")]).toEqual([key, holes(text)]);
  });

  it("are never empty, and the Chinese ones are Chinese", () => {
    for (const [key, text] of english) expect([key, text.trim().length > 0]).toEqual([key, true]);
    const latinOnly = [...chinese]
      .filter(([, text]) => !/[\u3400-\u9fff]|%\{/.test(text))
      .map(([key]) => key);
    expect(latinOnly).toEqual([]);
  });
});

describe("interpolate", () => {
  it.each([
    ["Sell %{amount}", { amount: "¥5" }, "Sell ¥5"],
    ["%{smart_count} day |||| %{smart_count} days", { smart_count: 1 }, "1 day"],
    ["%{smart_count} day |||| %{smart_count} days", { smart_count: 0 }, "0 days"],
    ["left %{alone}", {}, "left %{alone}"],
  ])("%s", (message, params, expected) => {
    expect(interpolate(message, params)).toBe(expected);
  });

  it("finds a message by its path", () => {
    expect(createTranslate(residentZh)("my.room", { room: "101" })).toBe("房间 101");
  });
});

describe("preferredLocale", () => {
  it.each([
    [["de", "zh-TW", "en"], "zh"],
    [["en-US", "zh"], "en"],
    [["fr"], "en"],
    [[], "en"],
  ] as const)("%j is %s", (languages, expected) => {
    expect(preferredLocale(languages)).toBe(expected);
  });
});
