import { fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./null-server.ts", import.meta.url));

/** The server that does nothing, in a process of its own as the store is. */
export async function startNullServer(): Promise<{ uri: string; stop(): void }> {
  const child = fork(script);
  const [{ port }] = (await once(child, "message")) as [AddressInfo];
  return { uri: `mongodb://127.0.0.1:${port}/`, stop: () => child.disconnect() };
}
