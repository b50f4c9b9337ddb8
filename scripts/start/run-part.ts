/** One part of Hallmeter as a process: starts it, tells its supervisor, and closes it on a signal or when the supervisor is gone. */

/** A part that has not closed by then is left to the operating system; range 1–10 s, default 2 (the demonstration promises 5 s for all). */
const CLOSE_LIMIT_MS = 2000;

export interface RunningPart {
  close(): Promise<void>;
}

export async function runPart<Ready>(
  name: string,
  start: () => Promise<{ part: RunningPart; ready: Ready }>,
  print: (line: string) => void = () => {},
): Promise<void> {
  const { part, ready } = await start();
  let isClosing = false;
  const close = () => {
    if (isClosing) return;
    isClosing = true;
    setTimeout(() => process.exit(1), CLOSE_LIMIT_MS).unref();
    part.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${name} did not close cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", close);
  process.on("SIGTERM", close);
  process.on("disconnect", close);
  if (process.send) process.send({ ready });
  print(`${name} is ready: ${JSON.stringify(ready)}`);
}
