/** The command line. Every command loads its own part only when it is called. Exit codes: 0 done, 1 failed, 2 wrong use. */
import { resolve } from "node:path";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";

const program = new Command("hallmeter")
  .description("Prepaid electricity for buildings with many households, and the meters behind it.")
  .exitOverride()
  .showHelpAfterError("(--help shows how it is used)");

const path = (text: string) => resolve(text);
const print = (line: string) => process.stdout.write(`${line}\n`);

function wholeNumber(from: number, to: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new InvalidArgumentError(`a whole number from ${from} to ${to} is needed.`);
    return value;
  };
}

function cabinetContent(text: string, before: { threePhase: number; singlePhase: number }[] = []) {
  const [, threePhase, singlePhase] = /^(\d{1,3})\+(\d{1,3})$/.exec(text) ?? [];
  if (threePhase === undefined) throw new InvalidArgumentError("write it like 4+24.");
  return [...before, { threePhase: Number(threePhase), singlePhase: Number(singlePhase) }];
}

program
  .command("start")
  .description("run the demonstration site: store, API, console, gateway and simulated meters")
  .action(async () => {
    const { runDemonstration } = await import("./start/run-demonstration.ts");
    await runDemonstration(process.env, print);
  });

program
  .command("api")
  .description("run the vending API with the console")
  .option("--port <port>", "instead of HALLMETER_PORT", wholeNumber(0, 65_535))
  .option("--console <folder>", "built pages to serve", path)
  .action(async (options: { port?: number; console?: string }) => {
    const { runApi } = await import("./parts/api.ts");
    await runApi(process.env, options, print);
  });

program
  .command("gateway")
  .description("run a bus gateway beside the meters")
  .requiredOption("--config <file>", "server, token and data directory as JSON", path)
  .action(async (options: { config: string }) => {
    const { runGateway } = await import("./parts/gateway.ts");
    await runGateway(options.config, process.env, print);
  });

program
  .command("store")
  .description("run the embedded store alone")
  .requiredOption("--dbpath <folder>", "where it keeps its data", path)
  .option("--port <port>", "0 takes a free one", wholeNumber(0, 65_535), 0)
  .action(async (options: { dbpath: string; port: number }) => {
    const { runStore } = await import("./parts/store.ts");
    await runStore(options, print);
  });

program
  .command("simulate")
  .description("run simulated meters on simulated buses")
  .requiredOption("--site <file>", "buses, cabinets and appliances as JSON", path)
  .action(async (options: { site: string }) => {
    const { runSimulator } = await import("./parts/simulator.ts");
    await runSimulator(options.site, print);
  });

const busOption = () =>
  new Option(
    "--bus <url>",
    "tcp://host:port, modbus-tcp://host or rtu:/dev/ttyUSB0?baud=9600&parity=even",
  ).makeOptionMandatory();

program
  .command("read")
  .description("read one circuit of a meter and show every value")
  .addOption(busOption())
  .option("--profile <id>", "the meter's profile", "acrel-adf400l")
  .option("--variant <name>", "the circuit's variant", "single-phase")
  .requiredOption("--unit <id>", "the circuit's unit id", wholeNumber(1, 247))
  .option("--json", "for programs")
  .action(async (options) => {
    const { readAtBus } = await import("./parts/bus-tools.ts");
    process.exitCode = await readAtBus(options, print);
  });

program
  .command("relay")
  .description("open or close one circuit's relay and read it back")
  .addArgument(new Argument("<state>", "what the relay should do").choices(["open", "close"]))
  .addOption(busOption())
  .option("--profile <id>", "the meter's profile", "acrel-adf400l")
  .option("--variant <name>", "the circuit's variant", "single-phase")
  .requiredOption("--unit <id>", "the circuit's unit id", wholeNumber(1, 247))
  .option("--json", "for programs")
  .action(async (state: "open" | "close", options) => {
    const { switchAtBus } = await import("./parts/bus-tools.ts");
    process.exitCode = await switchAtBus(state, options, print);
  });

program
  .command("plan")
  .description("plan unit ids and buses for ADF400L cabinets, and what polling them costs on the wire")
  .option(
    "--cabinet <3p+1p>",
    "three-phase and single-phase circuits of one cabinet, e.g. 4+24; repeat it for each",
    cabinetContent,
  )
  .option(
    "--three-phase <count>",
    "instead of --cabinet: spread over as few as hold them",
    wholeNumber(0, 5000),
    0,
  )
  .option("--single-phase <count>", "the same", wholeNumber(0, 5000), 0)
  .addOption(
    new Option("--frame <ids>", "unit ids a cabinet takes").choices(["36", "24", "12"]).default("36"),
  )
  .option("--baud <baud>", "speed of the line", wholeNumber(1200, 115_200), 9600)
  .addOption(new Option("--parity <parity>").choices(["none", "odd", "even"]).default("none"))
  .option("--turnaround-ms <ms>", "what a meter needs before it answers", wholeNumber(0, 1000), 40)
  .option("--poll-s <seconds>", "how often each circuit shall be read", wholeNumber(1, 900), 5)
  .option("--json", "for programs")
  .action(async (options, command: Command) => {
    const { planAtTerminal } = await import("./parts/address-plan.ts");
    process.exitCode = planAtTerminal(options, print, (mistake) => command.error(`error: ${mistake}`));
  });

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
    const { addUserFromTerminal } = await import("./parts/user.ts");
    await addUserFromTerminal(options, process.env, print);
  });

program
  .command("verify-ledger")
  .description("fold the whole ledger and check every invariant")
  .option("--json", "for programs")
  .action(async (options: { json?: boolean }) => {
    const { verifyLedgerFromTerminal } = await import("./parts/verify-ledger.ts");
    process.exitCode = await verifyLedgerFromTerminal(options, process.env, print);
  });

program
  .command("backup")
  .description("copy the embedded store into an empty folder, also while it runs")
  .argument("<folder>", "where the copy goes", path)
  .option("--json", "for programs")
  .action(async (folder: string, options: { json?: boolean }) => {
    const { backUpFromTerminal } = await import("./parts/backup.ts");
    await backUpFromTerminal(folder, options, process.env, print);
  });

program
  .command("restore")
  .description("put a backup in the place of the embedded store, also while it runs")
  .argument("<folder>", "the backup", path)
  .option("--yes", "without asking")
  .option("--json", "for programs")
  .action(async (folder: string, options: { yes?: boolean; json?: boolean }) => {
    const { restoreFromTerminal } = await import("./parts/backup.ts");
    await restoreFromTerminal(folder, options, process.env, print);
  });

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
