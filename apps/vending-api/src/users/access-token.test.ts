import jwt from "jsonwebtoken";
import { describe, expect, it } from "vitest";
import { ACCESS_TOKEN_LIFETIME_S, issueAccessToken, readAccessToken } from "./access-token.ts";

const secret = "a secret for tests that is long enough";
const now = new Date("2026-03-02T08:00:00Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const claims = { userId: "u1", sessionId: "s1", sessionEpoch: 3 };
const issuedAtS = now.getTime() / 1000;
const payload = {
  sub: "u1",
  sid: "s1",
  epoch: 3,
  iss: "hallmeter",
  aud: "hallmeter-api",
  iat: issuedAtS,
  exp: issuedAtS + 900,
};

describe("access tokens", () => {
  it("say who, until they end", () => {
    const token = issueAccessToken(claims, secret, now);
    expect(readAccessToken(token, secret, after(ACCESS_TOKEN_LIFETIME_S - 1))).toEqual(claims);
    expect(readAccessToken(token, secret, after(ACCESS_TOKEN_LIFETIME_S))).toBeUndefined();
  });

  it("are read when another program makes the same", () => {
    expect(readAccessToken(jwt.sign(payload, secret, { algorithm: "HS256" }), secret, now)).toEqual(claims);
  });

  it.each([
    ["another secret", jwt.sign(payload, "another secret")],
    ["no signature", jwt.sign(payload, null, { algorithm: "none" })],
    ["another algorithm of the same family", jwt.sign(payload, secret, { algorithm: "HS512" })],
    ["another issuer", jwt.sign({ ...payload, iss: "elsewhere" }, secret)],
    ["another audience", jwt.sign({ ...payload, aud: "elsewhere" }, secret)],
    ["no session", jwt.sign({ ...payload, sid: undefined }, secret)],
    ["no epoch", jwt.sign({ ...payload, epoch: "3" }, secret)],
    ["a payload of text", jwt.sign("text", secret)],
    ["no token", "not.a.token"],
  ])("are refused with %s", (_what, token) => {
    expect(readAccessToken(token, secret, now)).toBeUndefined();
  });
});
