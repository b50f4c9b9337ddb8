import { spawn } from "node:child_process";
import { once } from "node:events";
import { HALLMETER } from "./command-line.ts";
import { withoutOwnSettings } from "./demonstration.ts";

/** One API process of several on a store. Ends with the test, whatever becomes of that. */
export interface ApiProcess {
  origin: string;
  /** `kill -9`. Resolves once it is gone. */
  kill(): Promise<void>;
}

/** @param consoleFolder any folder will do where nobody opens the console */
export async function startApiProcess(
  mongoUri: string,
  jwtSecret: string,
  consoleFolder = import.meta.dirname,
): Promise<ApiProcess> {
  const child = spawn(process.execPath, [HALLMETER, "api", "--port", "0", "--console", consoleFolder], {
    env: {
      ...withoutOwnSettings(process.env),
      MONGODB_URI: mongoUri,
      HALLMETER_JWT_SECRET: jwtSecret,
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", ({ ready }: { ready: { port: number } }) => resolve(ready.port));
    child.once("exit", (code) => reject(new Error(`the API ended with code ${code} before it was ready`)));
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
