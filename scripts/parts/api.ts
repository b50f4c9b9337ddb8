import { readApiSettings, startApi } from "@hallmeter/vending-api";
import { buildConsole } from "../start/build-pages.ts";
import { runPart } from "../start/run-part.ts";
import { openStore } from "./with-store.ts";

export async function runApi(
  env: NodeJS.ProcessEnv,
  options: { port?: number; console?: string },
  print: (line: string) => void,
): Promise<void> {
  await runPart(
    "API",
    async () => {
      // Settings are judged before anything is started or built.
      const settings = readApiSettings({ ...env, MONGODB_URI: env.MONGODB_URI ?? "mongodb://embedded" });
      const store = await openStore(env);
      const consoleDir = options.console ?? (await buildConsole(print));
      const api = await startApi({
        ...settings,
        mongoUri: store.uri,
        port: options.port ?? settings.port,
        consoleDir,
      });
      const close = async () => {
        await api.close();
        await store.close();
      };
      return { part: { close }, ready: { port: api.port } };
    },
    print,
  );
}
