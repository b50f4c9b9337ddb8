import { expect, it } from "vitest";
import { detailText, frameText } from "./frame-text.ts";

it.each([
  ["read holding registers 0x0300 × 2", "读保持寄存器 0x0300 × 2"],
  ["2 registers: 0903 007B", "2 个寄存器：0903 007B"],
  ["68 bytes of no frame: 0A 03 … 52 more", "68 字节，不成报文：0A 03 … 52 more"],
  ["something new", "something new"],
])("tells “%s” in Chinese, and in English as it came", (text, chinese) => {
  expect(frameText(text, "zh")).toBe(chinese);
  expect(frameText(text, "en")).toBe(text);
});

it("tells known failures in Chinese, and others as they came", () => {
  expect(detailText("the unit does not answer", "zh")).toBe("电表无应答");
  expect(detailText("the unit does not answer", "en")).toBe("the unit does not answer");
  expect(detailText("something new", "zh")).toBe("something new");
});
