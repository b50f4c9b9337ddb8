import { Argument, type Command, Option } from "commander";
import type { TraceOptions } from "../parts/trace.ts";
import {
  baudList,
  cabinetContent,
  parityList,
  print,
  unitId,
  unitRange,
  wholeNumber,
} from "./option-values.ts";

const busOption = () =>
  new Option(
    "--bus <url>",
    "tcp://host:port, modbus-tcp://host or rtu:/dev/ttyUSB0?baud=9600&parity=even",
  ).makeOptionMandatory();

/** What a technician does at a bus without a gateway. */
export function addBusCommands(program: Command): void {
  program
    .command("read")
    .description("read one circuit of a meter and show every value")
    .addOption(busOption())
    .option("--profile <id>", "the meter's profile", "acrel-adf400l")
    .option("--variant <name>", "the circuit's variant", "single-phase")
    .requiredOption("--unit <id>", "the circuit's unit id", unitId)
    .option("--json", "for programs")
    .action(async (options) => {
      const { readAtBus } = await import("../parts/bus-tools.ts");
      process.exitCode = await readAtBus(options, print);
    });

  program
    .command("relay")
    .description("open or close one circuit's relay and read it back")
    .addArgument(new Argument("<state>", "what the relay should do").choices(["open", "close"]))
    .addOption(busOption())
    .option("--profile <id>", "the meter's profile", "acrel-adf400l")
    .option("--variant <name>", "the circuit's variant", "single-phase")
    .requiredOption("--unit <id>", "the circuit's unit id", unitId)
    .option("--json", "for programs")
    .action(async (state: "open" | "close", options) => {
      const { switchAtBus } = await import("../parts/bus-tools.ts");
      process.exitCode = await switchAtBus(state, options, print);
    });

  program
    .command("scan")
    .description("ask every unit id whether somebody is there, and which profiles fit; Ctrl-C ends it")
    .addOption(busOption())
    .addOption(
      new Option("--units <ids>", "unit ids, e.g. 1-36 or 1,13-36")
        .argParser(unitRange)
        .default(unitRange("1-247"), "1-247"),
    )
    .option("--baud <list>", "speeds to try on a serial port, e.g. 9600,19200", baudList)
    .option("--parity <list>", "parities to try on a serial port, e.g. none,even", parityList)
    .option("--json", "one line of JSON for every unit found, and for progress")
    .action(async (options, command: Command) => {
      const { scanAtTerminal } = await import("../parts/scan.ts");
      const refuse = (mistake: string): never => command.error(`error: ${mistake}`);
      process.exitCode = await scanAtTerminal(options, print, refuse, untilStopped(undefined));
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
      const { planAtTerminal } = await import("../parts/address-plan.ts");
      process.exitCode = planAtTerminal(options, print, (mistake) => command.error(`error: ${mistake}`));
    });

  program
    .command("trace")
    .description("listen to a line that something else polls, and say what passes; Ctrl-C ends it")
    .addOption(busOption())
    .option("--profile <id>", "names the registers by this profile")
    .option("--variant <name>", "the circuits' variant; the profile's first one by default")
    .option("--seconds <seconds>", "end by itself", wholeNumber(1, 86_400))
    .option("--json", "one line of JSON a frame")
    .action(async (options: TraceOptions) => {
      const { traceAtTerminal } = await import("../parts/trace.ts");
      process.exitCode = await traceAtTerminal(options, print, untilStopped(options.seconds));
    });
}

/** Resolves on Ctrl-C, or after so many seconds. */
function untilStopped(seconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    if (seconds !== undefined) setTimeout(resolve, seconds * 1000);
  });
}
