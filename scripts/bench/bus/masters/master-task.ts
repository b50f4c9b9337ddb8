/** Before the figures count: connecting, compiling, learning. */
const WARM_UP_MS = 1500;

export interface MasterTask {
  path: string;
  baud: number;
  units: number;
  registers: number;
  /**
   * Runs until the time is over, and prints "measuring" after the warm-up and what was counted from there on at the end.
   * `note` compares each answer with what the paced slave holds.
   */
  measure(
    run: (isOver: () => boolean, note: (unitId: number, words: readonly number[]) => void) => Promise<void>,
  ): Promise<void>;
}

/** What every measured master is asked to do: <path> <baud> <units> <registers> <seconds>. */
export function masterTask(): MasterTask {
  const [path = "", baud, units, registers, seconds] = process.argv.slice(2);
  return {
    path,
    baud: Number(baud),
    units: Number(units),
    registers: Number(registers),
    async measure(run) {
      let transactions = 0;
      let wrong = 0;
      let before = process.cpuUsage();
      const startedMs = performance.now();
      const endMs = startedMs + WARM_UP_MS + 1000 * Number(seconds);
      setTimeout(() => {
        transactions = 0;
        before = process.cpuUsage();
        process.stdout.write("measuring\n");
      }, WARM_UP_MS);
      await run(
        () => performance.now() >= endMs,
        (unitId, words) => {
          transactions += 1;
          if (words.some((word, address) => word !== unitId * 256 + address)) wrong += 1;
        },
      );
      const { user, system } = process.cpuUsage(before);
      process.stdout.write(`${JSON.stringify({ transactions, wrong, cpuUs: user + system })}\n`);
    },
  };
}
