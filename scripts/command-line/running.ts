import type { Command } from "commander";
import { path, print, wholeNumber } from "./option-values.ts";

/** What runs until it is stopped. */
export function addRunningCommands(program: Command): void {
  program
    .command("start")
    .description("run the demonstration site: store, API, console, gateway and simulated meters")
    .action(async () => {
      const { runDemonstration } = await import("../start/run-demonstration.ts");
      await runDemonstration(process.env, print);
    });

  program
    .command("api")
    .description("run the vending API with the console")
    .option("--port <port>", "instead of HALLMETER_PORT", wholeNumber(0, 65_535))
    .option("--console <folder>", "built pages to serve", path)
    .action(async (options: { port?: number; console?: string }) => {
      const { runApi } = await import("../parts/api.ts");
      await runApi(process.env, options, print);
    });

  program
    .command("gateway")
    .description("run a bus gateway beside the meters")
    .requiredOption("--config <file>", "server, token and data directory as JSON", path)
    .action(async (options: { config: string }) => {
      const { runGateway } = await import("../parts/gateway.ts");
      await runGateway(options.config, process.env, print);
    });

  program
    .command("gateway-password")
    .description("the hash for the gateway's file, of the password on standard input")
    .action(async () => {
      const { hashGatewayPassword } = await import("../parts/gateway.ts");
      await hashGatewayPassword(print);
    });

  program
    .command("store")
    .description("run the embedded store alone")
    .requiredOption("--dbpath <folder>", "where it keeps its data", path)
    .option("--port <port>", "0 takes a free one", wholeNumber(0, 65_535), 0)
    .action(async (options: { dbpath: string; port: number }) => {
      const { runStore } = await import("../parts/store.ts");
      await runStore(options, print);
    });

  program
    .command("simulate")
    .description("run simulated meters on simulated buses")
    .requiredOption("--site <file>", "buses, meters and appliances as JSON", path)
    .option("--scenario <file>", "timed steps as JSON: appliances on and off, faults begun and ended", path)
    .option(
      "--speed <n>",
      "loads, meter clocks and scenario live n times as fast; wires keep their baud",
      wholeNumber(1, 100_000),
    )
    .action(async (options: { site: string; scenario?: string; speed?: number }) => {
      const { runSimulator } = await import("../parts/simulator.ts");
      await runSimulator(options, print);
    });
}
