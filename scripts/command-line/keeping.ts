import type { Command } from "commander";
import { path, print } from "./option-values.ts";

/** People, books and copies. */
export function addKeepingCommands(program: Command): void {
  const user = program.command("user").description("people who may sign in");
  user
    .command("add")
    .description("add a user; the password is read from standard input")
    .requiredOption("--login <login>")
    .requiredOption("--name <name>")
    .requiredOption("--role <role>")
    .option("--site <id...>", "sites the user is limited to; an administrator without any sees all")
    .option("--json", "for programs")
    .action(async (options) => {
      const { addUserFromTerminal } = await import("../parts/user.ts");
      await addUserFromTerminal(options, process.env, print);
    });

  program
    .command("verify-ledger")
    .description("fold the whole ledger and check every invariant, the audit's chain and what is derived")
    .option("--checkpoint <file>", "find what was cut off, rewritten or deleted since it was signed", path)
    .option("--public-key <key>", "whose checkpoints are trusted; default the key of this data directory")
    .option("--json", "for programs")
    .action(async (options: { json?: boolean; checkpoint?: string; publicKey?: string }) => {
      const { verifyLedgerFromTerminal } = await import("../parts/verify-ledger.ts");
      process.exitCode = await verifyLedgerFromTerminal(options, process.env, print);
    });

  program
    .command("checkpoint")
    .description("verify the ledger and sign where every chain ends; keep file and public key elsewhere")
    .requiredOption("--out <file>", "where the checkpoint goes", path)
    .option("--json", "for programs")
    .action(async (options: { out: string; json?: boolean }) => {
      const { writeCheckpointFromTerminal } = await import("../parts/checkpoint.ts");
      process.exitCode = await writeCheckpointFromTerminal(options, process.env, print);
    });

  program
    .command("rebuild")
    .description("make balances and totals again from the journal")
    .option("--json", "for programs")
    .action(async (options: { json?: boolean }) => {
      const { rebuildFromTerminal } = await import("../parts/rebuild.ts");
      await rebuildFromTerminal(options, process.env, print);
    });

  program
    .command("backup")
    .description("copy the embedded store into an empty folder, also while it runs")
    .argument("<folder>", "where the copy goes", path)
    .option("--json", "for programs")
    .action(async (folder: string, options: { json?: boolean }) => {
      const { backUpFromTerminal } = await import("../parts/backup.ts");
      await backUpFromTerminal(folder, options, process.env, print);
    });

  program
    .command("restore")
    .description("put a backup in the place of the embedded store, also while it runs")
    .argument("<folder>", "the backup", path)
    .option("--yes", "without asking")
    .option("--json", "for programs")
    .action(async (folder: string, options: { yes?: boolean; json?: boolean }) => {
      const { restoreFromTerminal } = await import("../parts/backup.ts");
      await restoreFromTerminal(folder, options, process.env, print);
    });
}
