import type { EventEmitter } from "node:events";
import type { Transmit } from "@hallmeter/vending-api/cards";
import { CardMishap } from "./card-mishap.ts";

/** Installed by those who have a reader: it is built for their machine, and for most machines there is nothing to read. */
const LIBRARY = "@pokusew/pcsclite";
/** To lay the card down. Range 1–60 s. */
const CARD_LIMIT_MS = 15_000;
/** A page of four bytes and its status; READ BINARY gives sixteen. */
const MOST_ANSWER_BYTES = 258;

/** The part of @pokusew/pcsclite that is used (its README and index.d.ts). */
export interface PcscReader extends EventEmitter {
  readonly name: string;
  readonly SCARD_STATE_PRESENT: number;
  readonly SCARD_SHARE_SHARED: number;
  connect(options: { share_mode: number }, done: (error: Error | null, protocol: number) => void): void;
  transmit(
    apdu: Buffer,
    mostBytes: number,
    protocol: number,
    done: (error: Error | null, answer: Buffer) => void,
  ): void;
  close(): void;
}
export interface Pcsc extends EventEmitter {
  close(): void;
}
export type OpenPcsc = () => Pcsc;

export interface PcscCard {
  transmit: Transmit;
  close(): void;
}

/** Throws Error with what to install where the library is missing. */
export async function loadPcsc(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<OpenPcsc> {
  try {
    const library = (await load(LIBRARY)) as { default: OpenPcsc };
    return library.default;
  } catch (error) {
    const why = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new Error(
      `no PC/SC library${why}: npm install ${LIBRARY}, with pcscd and libpcsclite-dev on Linux; or use --reader file:<path>`,
    );
  }
}

/** The card on the first reader whose name has `nameHas`. Rejects when none is laid down in time, or the reader fails. */
export function openPcscCard(open: OpenPcsc, nameHas: string, limitMs = CARD_LIMIT_MS): Promise<PcscCard> {
  const pcsc = open();
  const readers: PcscReader[] = [];
  const close = () => {
    for (const reader of readers) reader.close();
    pcsc.close();
  };
  return new Promise((resolve, reject) => {
    const failWith = (error: Error) => {
      clearTimeout(timer);
      close();
      reject(error);
    };
    const fail = (why: string) => failWith(new Error(why));
    const timer = setTimeout(() => failWith(waitedFor(readers, nameHas, limitMs)), limitMs);
    let isTaken = false;
    pcsc.on("error", (error: Error) => fail(`PC/SC: ${error.message}`));
    pcsc.on("reader", (reader: PcscReader) => {
      if (!reader.name.includes(nameHas)) return reader.close();
      readers.push(reader);
      reader.on("error", (error: Error) => fail(`${reader.name}: ${error.message}`));
      reader.on("status", ({ state }: { state: number }) => {
        if (isTaken || (state & reader.SCARD_STATE_PRESENT) === 0) return;
        isTaken = true;
        reader.connect({ share_mode: reader.SCARD_SHARE_SHARED }, (error, protocol) => {
          if (error) return fail(`${reader.name}: ${error.message}`);
          clearTimeout(timer);
          resolve({ transmit: transmitter(reader, protocol), close });
        });
      });
    });
  });
}

function waitedFor(readers: readonly PcscReader[], nameHas: string, limitMs: number): Error {
  const seconds = Math.round(limitMs / 1000);
  if (readers.length > 0)
    return new CardMishap(
      "card-absent",
      `no card was laid on ${readers.map(({ name }) => name).join(", ")} within ${seconds} s`,
    );
  return new Error(nameHas === "" ? "there is no card reader" : `there is no card reader named ${nameHas}`);
}

function transmitter(reader: PcscReader, protocol: number): Transmit {
  return (apdu) =>
    new Promise((resolve, reject) => {
      reader.transmit(apdu, MOST_ANSWER_BYTES, protocol, (error, answer) =>
        error ? reject(new Error(`${reader.name}: ${error.message}`)) : resolve(answer),
      );
    });
}
