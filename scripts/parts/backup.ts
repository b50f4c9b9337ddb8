import { createInterface } from "node:readline/promises";
import { backup, type CopyStep, prepareRestore } from "@hallmeter/pocket-mongo";
import { embeddedStoreFolder } from "./with-store.ts";

interface BackupOptions {
  json?: boolean;
}

interface RestoreOptions extends BackupOptions {
  yes?: boolean;
}

/** Where a person is asked and told how far it is: never the stream that a program reads. */
export interface Terminal {
  readonly interactive: boolean;
  tell(line: string): unknown;
  /** The line that is typed, or undefined when the input ends. */
  ask(question: string): Promise<string | undefined>;
}

export const processTerminal: Terminal = {
  interactive: process.stdin.isTTY === true,
  tell: (line) => process.stderr.isTTY === true && process.stderr.write(`${line}\n`),
  ask: async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const ended = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
    const answer = await Promise.race([lines.question(question), ended]);
    lines.close();
    return answer;
  },
};

const stepTexts = {
  copying: "copying …",
  checking: "checking every index against its documents …",
} as const satisfies Record<CopyStep, string>;

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
  terminal: Terminal = processTerminal,
): Promise<void> {
  assertEmbedded(env);
  const copied = await backup(embeddedStoreFolder(env), target, (step) => terminal.tell(stepTexts[step]));
  print(
    options.json
      ? JSON.stringify(copied)
      : `${copied.documents} documents of ${copied.collections} collections copied to ${target} and checked`,
  );
}

/** `hallmeter restore`: the backup is copied and checked, the person asked, and only then is anything replaced. */
export async function restoreFromTerminal(
  source: string,
  options: RestoreOptions,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  terminal: Terminal = processTerminal,
): Promise<void> {
  assertEmbedded(env);
  const folder = embeddedStoreFolder(env);
  if (!options.yes && !terminal.interactive)
    throw new Error("nobody can be asked here whether to replace the store: say --yes");
  const staged = await prepareRestore(source, folder, (step) => terminal.tell(stepTexts[step]));
  try {
    const { collections, documents, running } = staged;
    const found = `${documents} documents of ${collections} collections`;
    if (!options.yes) {
      const where = running ? `${folder}, which a server is using now` : folder;
      const answer = await terminal.ask(`Replace everything in ${where} by ${found}? Type yes: `);
      if (answer?.trim().toLowerCase() !== "yes") throw new Error("nothing was replaced");
    }
    terminal.tell("replacing …");
    await staged.apply();
    print(
      options.json
        ? JSON.stringify({ collections, documents, running })
        : `${found} restored to ${folder}; what was there is kept as data.mdb.before-restore`,
    );
  } finally {
    staged.discard();
  }
}
