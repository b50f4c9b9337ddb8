/** The command line. Every command loads its own part only when it is called. Exit codes: 0 done, 1 failed, 2 wrong use. */
import { Command, CommanderError } from "commander";
import { addBusCommands } from "./command-line/at-a-bus.ts";
import { addCardCommands } from "./command-line/at-a-card-reader.ts";
import { addKeepingCommands } from "./command-line/keeping.ts";
import { addRunningCommands } from "./command-line/running.ts";

const program = new Command("hallmeter")
  .description("Prepaid electricity for buildings with many households, and the meters behind it.")
  .exitOverride()
  .showHelpAfterError("(--help shows how it is used)");
addRunningCommands(program);
addBusCommands(program);
addCardCommands(program);
addKeepingCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`hallmeter: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    // A part that failed half-way may hold sockets open; nothing is left to wait for.
    process.exit();
  }
}
