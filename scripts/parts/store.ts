import { startServer } from "@hallmeter/pocket-mongo";
import { runPart } from "../start/run-part.ts";

export async function runStore(
  options: { dbpath: string; port: number },
  print: (line: string) => void,
): Promise<void> {
  await runPart(
    "store",
    async () => {
      const server = await startServer({ dbPath: options.dbpath, port: options.port });
      return { part: server, ready: { port: server.port } };
    },
    print,
  );
}
