import { ApiProblem, problemFrom } from "../api/problem.ts";
import type { CardWrite, Presented } from "./rows.ts";

/** The reader of this computer, behind `hallmeter card serve`. Rejects with ApiProblem. */
export interface CardReader {
  read(): Promise<Presented>;
  /** Writes on that chip alone, and answers what the card shows afterwards. */
  write(uid: string, write: CardWrite): Promise<Presented>;
}

/** Where the reader's program is on this computer, and the code that it has shown. */
export interface Pairing {
  port: number;
  code: string;
}

export const USUAL_READER_PORT = 4006;
const MOST_PORT = 65_535;

/** What was typed; null where it can be no port and code. Dashes and letters' case do not matter. */
export function pairingOf(port: string, code: string): Pairing | null {
  const letters = code.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const number = /^\d{1,5}$/.test(port.trim()) ? Number(port) : 0;
  if (letters.length !== 8 || number < 1 || number > MOST_PORT) return null;
  return { port: number, code: `${letters.slice(0, 4)}-${letters.slice(4)}` };
}

export function cardReaderAt({ port, code }: Pairing, fetchFrom: typeof fetch): CardReader {
  const ask = async (init: RequestInit): Promise<Presented> => {
    let response: Response;
    try {
      response = await fetchFrom(`http://127.0.0.1:${port}/card`, {
        ...init,
        headers: { ...init.headers, Authorization: `Bearer ${code}` },
        cache: "no-store",
      });
    } catch (error) {
      const detail = `Nothing answers on port ${port} of this computer.`;
      throw new ApiProblem(0, { code: "reader-unreachable", detail }, { cause: error });
    }
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw problemFrom(response.status, body);
    if (!isPresented(body))
      throw new ApiProblem(response.status, {
        code: "reader-unreachable",
        detail: "This is no card reader.",
      });
    return { uid: body.uid, memory: body.memory };
  };
  return {
    read: () => ask({ method: "GET" }),
    write: (uid, write) =>
      ask({
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ uid, write }),
      }),
  };
}

function isPresented(body: unknown): body is Presented {
  return (
    typeof body === "object" &&
    body !== null &&
    "uid" in body &&
    typeof body.uid === "string" &&
    "memory" in body &&
    typeof body.memory === "string"
  );
}
