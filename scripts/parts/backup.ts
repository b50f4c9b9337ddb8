import { backup, restore } from "@hallmeter/pocket-mongo";
import { embeddedStoreFolder } from "./with-store.ts";

interface BackupOptions {
  json?: boolean;
}

/** A MongoDB of the user's own has its own tools, and ours would copy the wrong store without a word. */
function assertEmbedded(env: NodeJS.ProcessEnv): void {
  if (env.MONGODB_URI)
    throw new Error("MONGODB_URI names a store of your own: use mongodump and mongorestore for it");
}

/** `hallmeter backup`: copies the embedded store, also while it runs. */
export async function backUpFromTerminal(
  target: string,
  options: BackupOptions,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  assertEmbedded(env);
  const copied = await backup(embeddedStoreFolder(env), target);
  print(
    options.json
      ? JSON.stringify(copied)
      : `${copied.documents} documents of ${copied.collections} collections copied to ${target} and checked`,
  );
}

/** `hallmeter restore`: nothing may be using the store; what was there stays beside it. */
export async function restoreFromTerminal(
  source: string,
  options: BackupOptions,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  assertEmbedded(env);
  const folder = embeddedStoreFolder(env);
  const copied = await restore(source, folder);
  print(
    options.json
      ? JSON.stringify(copied)
      : `${copied.documents} documents of ${copied.collections} collections restored to ${folder}`,
  );
}
