/** How many of `count` things per second `run` does. */
export async function perSecond(count: number, run: () => Promise<unknown> | unknown): Promise<number> {
  const startedAt = performance.now();
  await run();
  return count / ((performance.now() - startedAt) / 1000);
}

/** Runs `count` tasks, `atOnce` at a time. */
export async function concurrently(
  count: number,
  atOnce: number,
  task: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await task(i);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
