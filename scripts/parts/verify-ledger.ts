import { connect, verifyLedger } from "@hallmeter/vending-api";
import { openStore } from "./with-store.ts";

/** `hallmeter verify-ledger`: exit code 1 when anything is wrong. */
export async function verifyLedgerFromTerminal(
  options: { json?: boolean },
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<number> {
  const store = await openStore(env);
  const connection = await connect(store.uri);
  try {
    const onProgress = options.json ? undefined : (entries: number) => print(`${entries} entries checked …`);
    const report = await verifyLedger(connection, { ...(onProgress ? { onProgress } : {}) });
    if (options.json) print(JSON.stringify(report));
    else {
      for (const finding of report.findings) print(`WRONG  ${JSON.stringify(finding)}`);
      print(
        `${report.entries} entries, ${report.refusals} refusals, ${report.accounts} accounts; head ${report.headHash}; ` +
          `${report.findings.length === 0 ? "every invariant holds" : `${report.findings.length} findings`}`,
      );
    }
    return report.findings.length === 0 ? 0 : 1;
  } finally {
    await connection.close();
    await store.close();
  }
}
