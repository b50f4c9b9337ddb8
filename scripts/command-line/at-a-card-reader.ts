import { type Command, Option } from "commander";
import { path, print, webAddress, wholeNumber } from "./option-values.ts";

const readerOption = () =>
  new Option(
    "--reader <reader>",
    "pcsc, pcsc:<part of its name>, or file:<path> of a card that is a file",
  ).default("pcsc");

/** What a desk's program does with the card that lies on its reader. */
export function addCardCommands(program: Command): void {
  const card = program.command("card").description("the RF card on a reader");
  card
    .command("read")
    .description(
      "read the chip's number and memory, and what its newest record says; signatures are not checked",
    )
    .addOption(readerOption())
    .option("--json", "for programs")
    .action(async (options: { reader: string; json?: boolean }) => {
      const { readCardAtTerminal } = await import("../parts/card.ts");
      await readCardAtTerminal(options, print);
    });
  card
    .command("write")
    .description("write what the API answered (its `write`) onto the card it is for, and read it back")
    .addOption(readerOption())
    .requiredOption("--uid <hex>", "the chip that it is for; another one is left alone")
    .requiredOption("--from <file>", "the API's answer, or its `write` alone, as JSON", path)
    .option("--json", "for programs")
    .action(async (options: { reader: string; uid: string; from: string; json?: boolean }) => {
      const { writeCardAtTerminal } = await import("../parts/card.ts");
      await writeCardAtTerminal(options, print);
    });
  card
    .command("serve")
    .description("lend this computer's card reader to the console in a browser on it")
    .addOption(readerOption())
    .requiredOption("--console <url>", "where the console is, e.g. https://electricity.example", webAddress)
    .option("--port <port>", "on 127.0.0.1; 0 takes a free one", wholeNumber(0, 65_535), 4006)
    .action(async (options: { reader: string; console: string; port: number }) => {
      const { serveCards } = await import("../parts/card-service.ts");
      await serveCards(options, print);
    });
}
