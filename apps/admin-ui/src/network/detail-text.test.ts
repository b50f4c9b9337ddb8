import { expect, it } from "vitest";
import { detailText } from "./detail-text.ts";

it("tells known failures in Chinese, and others as they came", () => {
  expect(detailText("the unit does not answer", "zh")).toBe("电表无应答");
  expect(detailText("the unit does not answer", "en")).toBe("the unit does not answer");
  expect(detailText("something new", "zh")).toBe("something new");
});
