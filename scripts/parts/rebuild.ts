import { connect, rebuildBalances } from "@hallmeter/vending-api";
import { progressLine } from "./verify-ledger.ts";
import { openStore } from "./with-store.ts";

/** `hallmeter rebuild`: what is derived from the journal, made again from it. */
export async function rebuildFromTerminal(
  { json }: { json?: boolean },
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  const store = await openStore(env);
  const connection = await connect(store.uri);
  try {
    const report = await rebuildBalances(connection, {
      ...(json ? {} : { onProgress: (progress) => print(progressLine(progress)) }),
    });
    const { accounts, changed, removed } = report;
    print(
      json
        ? JSON.stringify(report)
        : `${accounts} accounts folded; ${changed} rows of balances and totals were wrong, ${removed} belonged to no account`,
    );
  } finally {
    await connection.close();
    await store.close();
  }
}
