import { randomInt, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { CardMishap } from "./card-mishap.ts";
import { type CardImage, readImage, withReader, writeOnChip, writeSchema } from "./card-on-reader.ts";

export interface CardServiceOptions {
  /** As `withReader` takes it. */
  reader: string;
  /** Of the console, the only pages that are answered. */
  origin: string;
  code: string;
  /** 0 takes a free one. */
  port: number;
}

export interface CardService {
  port: number;
  close(): Promise<void>;
}

/** A write of a whole card is under 1 kB. */
const MOST_BODY_BYTES = 4096;
/** Without 0/O and 1/I, which are read wrong. */
const CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** Eight letters, 40 bits: to be typed once where the reader stands. */
export function newPairingCode(): string {
  const letters = Array.from({ length: 8 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]);
  return `${letters.slice(0, 4).join("")}-${letters.slice(4).join("")}`;
}

class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const MISHAP_STATUS = { "card-absent": 404, "card-other": 409, "card-not-written": 409 } as const;

const writeBody = z.object({ uid: z.string().regex(/^[0-9a-fA-F]{8,20}$/), write: writeSchema });

/**
 * The reader of this computer for the console in a browser on it: `GET /card` reads, `POST /card` writes. On the loopback alone,
 * for the pages of one origin, that know the code.
 */
export async function startCardService(options: CardServiceOptions): Promise<CardService> {
  // A reader does one thing at a time; whoever comes second waits.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const answer = async (request: IncomingMessage): Promise<CardImage> => {
    if (request.url !== "/card") throw new Refusal(404, "not-found", "There is only /card");
    if (!isCode(request.headers.authorization, options.code))
      throw new Refusal(401, "reader-not-paired", "The pairing code is not the one this program has shown");
    if (request.method === "GET") return inTurn(() => withReader(options.reader, readImage));
    if (request.method !== "POST") throw new Refusal(405, "method-not-allowed", "GET reads, POST writes");
    const { uid, write } = await bodyOf(request);
    return inTurn(() => withReader(options.reader, (card) => writeOnChip(card, uid, write)));
  };

  const server = createServer((request, response) => {
    if (!isMeant(request, server, options.origin)) {
      response.writeHead(403).end();
      return;
    }
    response.setHeader("Access-Control-Allow-Origin", options.origin);
    response.setHeader("Vary", "Origin");
    response.setHeader("Cache-Control", "no-store");
    if (request.method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Methods", "GET, POST");
      response.setHeader("Access-Control-Allow-Headers", "authorization, content-type");
      response.writeHead(204).end();
      return;
    }
    answer(request).then(
      ({ uid, memory }) => send(response, 200, { uid: uid.toString("hex"), memory: memory.toString("hex") }),
      (error: unknown) => {
        const { status, code, detail } = problemOf(error);
        send(response, status, { code, detail });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Asked under another name a page of anybody's could reach us (DNS rebinding); its own origin a page cannot choose. */
function isMeant({ headers }: IncomingMessage, server: Server, origin: string): boolean {
  const port = portOf(server);
  const isHere = headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`;
  return isHere && headers.origin === origin;
}

function isCode(authorization: string | undefined, code: string): boolean {
  const given = Buffer.from((authorization ?? "").toUpperCase());
  const wanted = Buffer.from(`BEARER ${code}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function bodyOf(request: IncomingMessage): Promise<z.output<typeof writeBody>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw new Refusal(413, "payload-too-large", "No card is that large");
    chunks.push(chunk);
  }
  const parsed = writeBody.safeParse(jsonOf(Buffer.concat(chunks).toString("utf8")));
  if (!parsed.success) throw new Refusal(400, "invalid-body", "Is no card write of the API");
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "bad-json", "Is no JSON");
  }
}

function problemOf(error: unknown): { status: number; code: string; detail: string } {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal) return { status: error.status, code: error.code, detail };
  if (error instanceof CardMishap) return { status: MISHAP_STATUS[error.code], code: error.code, detail };
  return { status: 502, code: "reader-failed", detail };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    "Content-Type": status === 200 ? "application/json" : "application/problem+json",
  });
  response.end(JSON.stringify(body));
}

/** `hallmeter card serve` */
export async function serveCards(
  { console: address, ...options }: { console: string; reader: string; port: number },
  print: (line: string) => void,
): Promise<void> {
  const code = newPairingCode();
  const service = await startCardService({ ...options, origin: new URL(address).origin, code });
  print(`The card reader of this computer is ready for the console at ${new URL(address).origin}.`);
  print(`In the console: Cards, "Connect a reader". Port ${service.port}, pairing code ${code}`);
  print("Ctrl-C stops it.");
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await service.close();
}
