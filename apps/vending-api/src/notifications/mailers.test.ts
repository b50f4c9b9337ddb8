import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Mailer, openMailer } from "./mailers.ts";

const FROM = "Hallmeter <power@example.edu>";
const MAIL = {
  id: "0123abcd",
  to: "li@example.edu",
  subject: "已断电：余额用完",
  text: "充值后自动恢复供电。",
};

describe("by SMTP", () => {
  const received: string[] = [];
  let refusal: { at: "to" | "data"; code: number } | undefined;
  let mailer: Mailer;
  const refused = () => Object.assign(new Error("No such person"), { responseCode: refusal?.code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth: (_auth, _session, callback) => callback(new Error("Wrong password")),
    onRcptTo: (_address, _session, callback) => callback(refusal?.at === "to" ? refused() : null),
    onData: async (stream, _session, callback) => {
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      if (refusal?.at === "data") return callback(refused());
      received.push(Buffer.concat(parts).toString("utf8"));
      callback(null);
    },
  });
  server.on("error", () => {});
  const address = () => `127.0.0.1:${(server.server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
    mailer = openMailer({ kind: "smtp", url: `smtp://${address()}`, from: FROM });
  });
  afterAll(async () => {
    mailer.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  beforeEach(() => {
    refusal = undefined;
    received.length = 0;
  });

  it("arrives with the notification's own id, in any script", async () => {
    expect(await mailer.send(MAIL)).toMatchObject({ is: "sent", detail: expect.stringMatching(/^250/) });
    const [message = ""] = received;
    expect(message).toMatch(/^Message-ID: <0123abcd@example\.edu>\r$/m);
    expect(message).toMatch(/^From: Hallmeter <power@example\.edu>\r$/m);
    expect(message).toMatch(/^To: li@example\.edu\r$/m);
    expect(message).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(message).toMatch(/^Subject: =\?UTF-8\?/m);
    const [, body = ""] = message.split("\r\n\r\n");
    expect(Buffer.from(body, "base64").toString("utf8").trim()).toBe(MAIL.text);
  });

  it.each([
    ["to", 550, "never"],
    ["to", 450, "later"],
    ["data", 554, "never"],
    ["data", 451, "later"],
  ] as const)("refused at %s with %i: %s", async (at, code, is) => {
    refusal = { at, code };
    expect(await mailer.send(MAIL)).toMatchObject({
      is,
      problem: "refused",
      detail: expect.stringContaining("No such"),
    });
    expect(received).toEqual([]);
  });

  it("with a password that the server does not take, or without a server, is worth another try", async () => {
    const stranger = openMailer({ kind: "smtp", url: `smtp://u:p@${address()}`, from: FROM });
    expect(await stranger.send(MAIL)).toMatchObject({ is: "later", problem: "refused" });
    stranger.close();
    const nobody = openMailer({ kind: "smtp", url: "smtp://127.0.0.1:1", from: FROM });
    expect(await nobody.send(MAIL)).toMatchObject({ is: "later", problem: "unreachable" });
    nobody.close();
  });

  it("takes no header from a subject", async () => {
    await mailer.send({ ...MAIL, subject: "Off\r\nBcc: eve@example.com" });
    expect(received[0]).not.toMatch(/^Bcc:/m);
  });
});

describe("into files", () => {
  it("writes one that a mail program opens, once per id", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mails-"));
    const mailer = openMailer({ kind: "files", folder: join(folder, "mails"), from: FROM });
    expect(await mailer.send(MAIL)).toMatchObject({ is: "sent" });
    expect(await mailer.send(MAIL)).toMatchObject({ is: "sent" });
    expect(await readdir(join(folder, "mails"))).toEqual(["0123abcd.eml"]);
    expect(await readFile(join(folder, "mails", "0123abcd.eml"), "utf8")).toMatch(/^To: li@example\.edu$/m);
    await rm(folder, { recursive: true });
  });
});
