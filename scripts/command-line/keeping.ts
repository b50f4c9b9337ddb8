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
    .description("fold the whole ledger and check every invariant")
    .option("--json", "for programs")
    .action(async (options: { json?: boolean }) => {
      const { verifyLedgerFromTerminal } = await import("../parts/verify-ledger.ts");
      process.exitCode = await verifyLedgerFromTerminal(options, process.env, print);
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
