import { join } from "node:path";
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { RETENTION_DAYS } from "./jobs/job-retention.ts";
import type { MailSettings } from "./notifications/mailers.ts";

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
/** HS256 wants at least as many bits as its hash has (RFC 7518, 3.2). */
const MIN_SECRET_LENGTH = 32;

const environmentSchema = z.object({
  MONGODB_URI: z
    .string({ error: "is missing" })
    .regex(/^mongodb(\+srv)?:\/\/\S+$/, "is no mongodb:// address"),
  HALLMETER_PORT: z
    .string()
    .regex(/^\d{1,5}$/, "is no port number")
    .transform(Number)
    .refine((port) => port <= 65_535, "is no port number")
    .default(4000),
  HALLMETER_JWT_SECRET: z
    .string({ error: "is missing" })
    .min(MIN_SECRET_LENGTH, `has fewer than ${MIN_SECRET_LENGTH} characters`),
  /** Seals keys that are kept in the store; without it the one above does. */
  HALLMETER_SEALING_SECRET: z
    .string()
    .min(MIN_SECRET_LENGTH, `has fewer than ${MIN_SECRET_LENGTH} characters`)
    .optional(),
  /** Where browsers and payment providers reach the server; needed behind a proxy. */
  HALLMETER_PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\/?$/, "is no http:// or https:// address of a host")
    .optional(),
  /** Mails are sent through it… */
  HALLMETER_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/[^\s/]+\/?$/, "is no smtp:// or smtps:// address of a mail server")
    .optional(),
  /** …from this sender. */
  HALLMETER_MAIL_FROM: z
    .string()
    .regex(/^([^<>@\r\n]+<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/, "is no address of a sender")
    .optional(),
  /** Mails become files there instead. */
  HALLMETER_MAIL_DIR: z.string().min(1, "is empty").optional(),
  /** Whether webhooks may name addresses inside the network. */
  HALLMETER_PRIVATE_WEBHOOKS: z
    .enum(["allow", "refuse"], { error: "is neither allow nor refuse" })
    .default("refuse"),
  /** How long jobs that no money refers to can be read after their end. */
  HALLMETER_JOB_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,4}$/, "is no number of days")
    .transform(Number)
    .refine(
      (days) => days >= RETENTION_DAYS.least && days <= RETENTION_DAYS.most,
      `is not between ${RETENTION_DAYS.least} and ${RETENTION_DAYS.most}`,
    )
    .default(RETENTION_DAYS.default),
  /** Where the users' own meter profiles lie; `hallmeter start` keeps its store there too. */
  HALLMETER_DATA: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is none of ${LOG_LEVELS.join(", ")}` }).default("info"),
});

/** Of mails that go nowhere; RFC 2606 keeps the domain for that. */
const FILED_MAIL_FROM = "Hallmeter <hallmeter@example.org>";

/** Names that must be known to us, so that a slip of the pen is noticed. HALLMETER_TEST_… steer tests and reach every process. */
const OURS = /^HALLMETER_(?!TEST_)/;

export interface ApiSettings {
  mongoUri: string;
  /** 0 takes any free port. */
  port: number;
  jwtSecret: string;
  /** Default: the one above. */
  sealingSecret?: string | undefined;
  /** Default: the address that the server listens at. */
  publicUrl?: string | undefined;
  /** Folder of the built console, from the command line; without it the API stands alone. */
  consoleDir?: string | undefined;
  logLevel: (typeof LOG_LEVELS)[number];
  /** Folder of the users' own meter profiles: HALLMETER_DATA/profiles. */
  profilesDir?: string | undefined;
  /** How mails leave; without it none do. */
  mail?: MailSettings | undefined;
  /** Webhooks may name addresses inside the network; default: no. */
  privateWebhooks?: boolean | undefined;
  /** Days; see RETENTION_DAYS, whose default it has. */
  jobRetentionDays?: number | undefined;
}

/** Settings from the environment. Throws `invalid-settings` with every mistake in one line; values are not repeated. */
export function readApiSettings(env: Readonly<Record<string, string | undefined>>): ApiSettings {
  const known = Object.keys(environmentSchema.shape);
  const unknown = Object.keys(env).filter((name) => OURS.test(name) && !known.includes(name));
  const result = environmentSchema.safeParse(env);
  const mistakes = [
    ...unknown.map((name) => `${name} is not a setting`),
    ...(result.error?.issues ?? []).map((issue) => `${issue.path.join(".")} ${issue.message}`),
    ...mailMistakes(env),
  ];
  if (!result.success || mistakes.length > 0) throw new ApiError("invalid-settings", mistakes.join("; "));
  const { MONGODB_URI, HALLMETER_PORT, HALLMETER_JWT_SECRET, LOG_LEVEL, HALLMETER_DATA } = result.data;
  const { HALLMETER_SEALING_SECRET, HALLMETER_PUBLIC_URL } = result.data;
  return {
    mongoUri: MONGODB_URI,
    port: HALLMETER_PORT,
    jwtSecret: HALLMETER_JWT_SECRET,
    sealingSecret: HALLMETER_SEALING_SECRET,
    publicUrl: HALLMETER_PUBLIC_URL?.replace(/\/$/, ""),
    logLevel: LOG_LEVEL,
    ...(HALLMETER_DATA === undefined ? {} : { profilesDir: join(HALLMETER_DATA, "profiles") }),
    mail: mailSettings(result.data),
    privateWebhooks: result.data.HALLMETER_PRIVATE_WEBHOOKS === "allow",
    jobRetentionDays: result.data.HALLMETER_JOB_RETENTION_DAYS,
  };
}

function mailMistakes(env: Readonly<Record<string, string | undefined>>): string[] {
  const { HALLMETER_SMTP_URL: url, HALLMETER_MAIL_FROM: from, HALLMETER_MAIL_DIR: folder } = env;
  if (url !== undefined && folder !== undefined) return ["HALLMETER_MAIL_DIR excludes HALLMETER_SMTP_URL"];
  if (url !== undefined && from === undefined)
    return ["HALLMETER_MAIL_FROM is missing beside HALLMETER_SMTP_URL"];
  return [];
}

function mailSettings({
  HALLMETER_SMTP_URL: url,
  HALLMETER_MAIL_FROM: from = FILED_MAIL_FROM,
  HALLMETER_MAIL_DIR: folder,
}: z.output<typeof environmentSchema>): MailSettings | undefined {
  if (url !== undefined) return { kind: "smtp", url, from };
  return folder === undefined ? undefined : { kind: "files", folder, from };
}
