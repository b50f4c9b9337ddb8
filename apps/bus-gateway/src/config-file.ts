import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { byteStringSchema, parseBytePattern } from "@hallmeter/meter-model";
import { z } from "zod";
import { GatewayError } from "./errors.ts";
import type { PacketEnd } from "./pipe/dial-in/identify.ts";
import { PASSWORD_HASH } from "./web/login/password-hash.ts";

const MIB = 1024 * 1024;

const urlSchema = z
  .url({ protocol: /^https?$/, message: "is not an http or https address" })
  .refine(
    (url) => !URL.canParse(url) || new URL(url).pathname === "/",
    "must be the server's origin, without a path",
  );

/** The gateway's own file. Everything else, buses and circuits included, comes from the server. */
export const gatewayFileSchema = z.strictObject({
  server: z.strictObject({
    /** Origin of the API, e.g. "https://power.example". */
    url: urlSchema,
    /** As the server answered it when the gateway was added. */
    token: z.string().min(16, "is shorter than 16 characters"),
  }),
  /** The local store; relative to the file. */
  dataDir: z.string().min(1),
  /** Users' own profiles, `*.json`; relative to the file. Default: `profiles` in the local store's folder. */
  profilesDir: z.string().min(1).optional(),
  /** The port for cellular units that dial in; without it none is taken. */
  dialIn: z
    .strictObject({
      port: z.int().min(0).max(65_535),
      /** The address to listen at; all of them by default. */
      host: z.string().min(1).default("0.0.0.0"),
      /** How every unit's registration packet ends, where they do not just fall silent after it. */
      registrationEnd: z
        .union([
          z.strictObject({ terminator: byteStringSchema }),
          z.strictObject({ bytes: z.int().min(1).max(128) }),
        ])
        .optional(),
    })
    .optional(),
  /** `/status` for programs and, with a login, the technician's page. */
  web: z
    .strictObject({
      port: z.int().min(0).max(65_535),
      /** The address to listen at; this computer only by default. */
      host: z.string().min(1).default("127.0.0.1"),
      /** Opens `/status`; without one the server's token does. */
      password: z.string().min(12, "is shorter than 12 characters").optional(),
      login: z
        .strictObject({
          name: z.string().min(1).max(80),
          passwordHash: z.string().regex(PASSWORD_HASH, "is not what `hallmeter gateway-password` answers"),
        })
        .optional(),
    })
    .optional(),
  /**
   * What the outbox may take on disk. Range 64–65,536, default 512: half of it is 30 days of 15-minute samples of 250
   * circuits three times over.
   */
  outboxLimitMiB: z.int().min(64).max(65_536).default(512),
});
export type GatewayFile = z.input<typeof gatewayFileSchema>;
export type GatewaySettings = z.output<typeof gatewayFileSchema>;

export function profilesFolder({ profilesDir, dataDir }: GatewaySettings): string {
  return profilesDir ?? join(dataDir, "profiles");
}

/** How registration packets end, as the listener wants to know it. */
export function registrationEnd({ dialIn }: GatewaySettings): PacketEnd {
  const end = dialIn?.registrationEnd;
  if (end === undefined) return {};
  return "bytes" in end ? end : { terminator: parseBytePattern(end.terminator) ?? [] };
}

export function outboxLimitBytes(settings: GatewaySettings): number {
  return settings.outboxLimitMiB * MIB;
}

function lineOf(path: string, issue: z.core.$ZodIssue): string {
  const field = issue.path.length === 0 ? "file" : issue.path.join(".");
  return `${path}: ${field}: ${issue.message}`;
}

/**
 * Judges what a file or a caller gave.
 * @throws GatewayError "config-file-invalid", one line a mistake
 */
export function parseGatewayFile(content: unknown, path: string): GatewaySettings {
  const result = gatewayFileSchema.safeParse(content);
  if (result.success) return result.data;
  throw new GatewayError(
    "config-file-invalid",
    result.error.issues.map((issue) => lineOf(path, issue)).join("\n"),
  );
}

/** @throws GatewayError "config-file-invalid", one line a mistake */
export function readGatewayFile(path: string): GatewaySettings {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatewayError("config-file-invalid", `${path}: ${why}`, { cause: error });
  }
  const settings = parseGatewayFile(content, path);
  const { dataDir, profilesDir } = settings;
  const beside = (folder: string) => resolve(dirname(path), folder);
  return {
    ...settings,
    dataDir: beside(dataDir),
    ...(profilesDir === undefined ? {} : { profilesDir: beside(profilesDir) }),
  };
}
