import { describe, expect, it } from "vitest";
import { isApiError } from "./errors.ts";
import { readApiSettings } from "./settings.ts";

const good = { MONGODB_URI: "mongodb://127.0.0.1:27017/hallmeter", HALLMETER_JWT_SECRET: "x".repeat(32) };

function mistakeOf(env: Record<string, string | undefined>): string {
  try {
    readApiSettings(env);
  } catch (error) {
    if (isApiError(error, "invalid-settings")) return error.message;
    throw error;
  }
  return "none";
}

describe("readApiSettings", () => {
  it("has defaults for what may be absent and ignores what is not ours", () => {
    expect(
      readApiSettings({ ...good, PATH: "/bin", HALLMETER_DATA: "./data", HALLMETER_TEST_SEED: "7" }),
    ).toEqual({
      mongoUri: good.MONGODB_URI,
      port: 4000,
      jwtSecret: good.HALLMETER_JWT_SECRET,
      logLevel: "info",
      profilesDir: "data/profiles",
      privateWebhooks: false,
      jobRetentionDays: 90,
    });
  });

  it("knows how mails leave, and whether webhooks may stay inside", () => {
    const smtp = {
      HALLMETER_SMTP_URL: "smtps://u:p%40ss@mail.example.edu:465",
      HALLMETER_MAIL_FROM: "Hall <power@example.edu>",
    };
    expect(readApiSettings({ ...good, ...smtp, HALLMETER_PRIVATE_WEBHOOKS: "allow" })).toMatchObject({
      mail: { kind: "smtp", url: smtp.HALLMETER_SMTP_URL, from: smtp.HALLMETER_MAIL_FROM },
      privateWebhooks: true,
    });
    expect(readApiSettings({ ...good, HALLMETER_MAIL_DIR: "mails" }).mail).toMatchObject({
      kind: "files",
      folder: "mails",
    });
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    [
      "jobs forgotten at once",
      { HALLMETER_JOB_RETENTION_DAYS: "0" },
      "HALLMETER_JOB_RETENTION_DAYS is not between 7 and 3650",
    ],
    ["no store", { MONGODB_URI: undefined }, "MONGODB_URI is missing"],
    ["another store", { MONGODB_URI: "postgres://x" }, "MONGODB_URI is no mongodb:// address"],
    ["no secret", { HALLMETER_JWT_SECRET: undefined }, "HALLMETER_JWT_SECRET is missing"],
    ["a short secret", { HALLMETER_JWT_SECRET: "hush" }, "HALLMETER_JWT_SECRET has fewer than 32 characters"],
    ["a port in words", { HALLMETER_PORT: "http" }, "HALLMETER_PORT is no port number"],
    ["a port too high", { HALLMETER_PORT: "65536" }, "HALLMETER_PORT is no port number"],
    ["an empty port", { HALLMETER_PORT: "" }, "HALLMETER_PORT is no port number"],
    [
      "a level unheard of",
      { LOG_LEVEL: "loud" },
      "LOG_LEVEL is none of fatal, error, warn, info, debug, trace, silent",
    ],
    [
      "a mail server of another kind",
      { HALLMETER_SMTP_URL: "http://mail" },
      "HALLMETER_SMTP_URL is no smtp://",
    ],
    [
      "mails from nobody",
      { HALLMETER_SMTP_URL: "smtp://mail" },
      "HALLMETER_MAIL_FROM is missing beside HALLMETER_SMTP_URL",
    ],
    ["no sender", { HALLMETER_MAIL_FROM: "power" }, "HALLMETER_MAIL_FROM is no address of a sender"],
    [
      "mails by two ways",
      { HALLMETER_SMTP_URL: "smtp://mail", HALLMETER_MAIL_FROM: "a@b.c", HALLMETER_MAIL_DIR: "mails" },
      "HALLMETER_MAIL_DIR excludes HALLMETER_SMTP_URL",
    ],
    [
      "half allowed",
      { HALLMETER_PRIVATE_WEBHOOKS: "yes" },
      "HALLMETER_PRIVATE_WEBHOOKS is neither allow nor refuse",
    ],
    ["a slip of the pen", { HALLMETER_PROT: "4000" }, "HALLMETER_PROT is not a setting"],
    [
      "two mistakes",
      { HALLMETER_PORT: "x", LOG_LEVEL: "loud" },
      "HALLMETER_PORT is no port number; LOG_LEVEL",
    ],
  ])("says in one line: %s", (_what, env, expected) => {
    const mistake = mistakeOf({ ...good, ...env });
    expect(mistake).toContain(expected);
    expect(mistake).not.toContain("\n");
  });

  it("never repeats a secret", () => {
    expect(mistakeOf({ ...good, HALLMETER_JWT_SECRET: "hush" })).not.toContain("hush");
  });
});
