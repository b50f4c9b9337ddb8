import { type Pairing, pairingOf } from "./card-reader.ts";

const STORAGE_KEY = "hallmeter.card-reader";

export type PairingStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Of this computer, whoever signs in at it. */
export function readPairing(storage: PairingStorage): Pairing | null {
  const stored = storage.getItem(STORAGE_KEY);
  if (stored === null) return null;
  const [port = "", code = ""] = stored.split(" ");
  return pairingOf(port, code);
}

export const keepPairing = (storage: PairingStorage, { port, code }: Pairing): void =>
  storage.setItem(STORAGE_KEY, `${port} ${code}`);

export const forgetPairing = (storage: PairingStorage): void => storage.removeItem(STORAGE_KEY);
