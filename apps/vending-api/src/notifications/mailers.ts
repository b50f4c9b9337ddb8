import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport, type NodemailerError } from "nodemailer";
import { type Mail, type SendMail, type SendOutcome, shortDetail } from "./outgoing.ts";

/** Range 5–60 s each: a mail server that has not greeted by then is down, and the next attempt is near. */
const CONNECT_LIMIT_MS = 10_000;
const SILENCE_LIMIT_MS = 20_000;
/** RFC 5321, 4.2.1: the first digit 5 means that the same request will fail again. */
const PERMANENT = 5;

/** `url`: smtp://user:password@host:587 or smtps://…:465. `from`: "Hallmeter <power@example.edu>". */
export type MailSettings =
  | { kind: "smtp"; url: string; from: string }
  | { kind: "files"; folder: string; from: string };

export interface Mailer {
  send: SendMail;
  /** Ends the connections that are kept open. */
  close(): void;
}

export function openMailer(settings: MailSettings): Mailer {
  return settings.kind === "smtp"
    ? smtpMailer(settings.url, settings.from)
    : fileMailer(settings.folder, settings.from);
}

function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: 2,
      connectionTimeout: CONNECT_LIMIT_MS,
      greetingTimeout: CONNECT_LIMIT_MS,
      socketTimeout: SILENCE_LIMIT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    async send(mail) {
      try {
        const { response } = await transport.sendMail(messageOf(mail, from));
        return { is: "sent", detail: shortDetail(response ?? "") };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** For demonstrations: each mail is a file, `<id>.eml`, that a mail program opens. */
function fileMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix" }, { from });
  return {
    async send(mail) {
      try {
        const { message } = await transport.sendMail(messageOf(mail, from));
        await mkdir(folder, { recursive: true });
        const file = join(folder, `${mail.id}.eml`);
        await writeFile(`${file}.part`, message);
        await rename(`${file}.part`, file);
        return { is: "sent", detail: file };
      } catch (error) {
        return { is: "later", problem: "unreachable", detail: shortDetail(String(error)) };
      }
    },
    close: () => transport.close(),
  };
}

function messageOf({ id, to, subject, text }: Mail, from: string) {
  const domain = /@([^\s>]+)>?$/.exec(from)?.[1] ?? "hallmeter.invalid";
  return {
    to,
    subject,
    text,
    messageId: `<${id}@${domain}>`,
    // RFC 3834, 5: nobody's absence note answers a machine.
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

function outcomeOf(error: unknown): SendOutcome {
  const { code, responseCode, response, message } = error as NodemailerError;
  const detail = shortDetail(response ?? message);
  if (responseCode === undefined) return { is: "later", problem: "unreachable", detail };
  // A password that the server does not take says nothing about the mail.
  if (code === "EAUTH") return { is: "later", problem: "refused", detail };
  const isPermanent = Math.floor(responseCode / 100) === PERMANENT;
  return { is: isPermanent ? "never" : "later", problem: "refused", detail };
}
