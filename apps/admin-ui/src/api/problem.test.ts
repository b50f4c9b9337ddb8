import { describe, expect, it } from "vitest";
import { ApiProblem, asApiProblem, problemFrom } from "./problem.ts";

describe("problemFrom", () => {
  it("keeps code, detail and the first message of each field", () => {
    const problem = problemFrom(400, {
      type: "about:blank",
      title: "Bad Request",
      code: "invalid-body",
      detail: "Two fields are wrong.",
      errors: [
        { path: "rules.overload.maxPowerW", code: "too_small", message: "must be positive" },
        { path: "rules.overload.maxPowerW", code: "invalid_type", message: "must be a whole number" },
        { path: "name", code: "too_big", message: "too long" },
      ],
    });
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem.status).toBe(400);
    expect(problem.code).toBe("invalid-body");
    expect(problem.message).toBe("Two fields are wrong.");
    expect(problem.body.errors).toEqual({ "rules.overload.maxPowerW": "must be positive", name: "too long" });
  });

  it.each([
    [502, "<html>Bad gateway</html>", "internal"],
    [401, null, "unauthenticated"],
    [418, { message: "no code here" }, "unreadable-answer"],
  ])("gives %i without a problem body a code", (status, body, code) => {
    expect(problemFrom(status, body).code).toBe(code);
  });

  it("leaves errors out when no field is named, so that forms show the whole problem", () => {
    expect(problemFrom(409, { code: "already-voided", detail: "x", errors: [] }).body.errors).toBeUndefined();
  });
});

describe("failureClass", () => {
  it.each([
    ["amount-invalid", 400, "permanent"],
    ["still-running", 409, "ambiguous"],
    ["store-unavailable", 503, "transient"],
  ])("%s is classed", (code, status, expected) => {
    expect(problemFrom(status, { code, detail: "" }).failureClass).toBe(expected);
  });

  it("is ambiguous when no answer came: the request may have been carried out", () => {
    expect(asApiProblem(new TypeError("Failed to fetch")).failureClass).toBe("ambiguous");
  });
});
