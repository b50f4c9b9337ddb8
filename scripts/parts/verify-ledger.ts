import { connect, verifyAccruals, verifyLedger } from "@hallmeter/vending-api";
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
    const ledger = await verifyLedger(connection, { ...(onProgress ? { onProgress } : {}) });
    const { accruals, findings: accrualFindings } = await verifyAccruals(connection);
    const findings = [...ledger.findings, ...accrualFindings];
    if (options.json) print(JSON.stringify({ ...ledger, accruals, findings }));
    else {
      for (const finding of findings) print(`WRONG  ${JSON.stringify(finding)}`);
      print(
        `${ledger.entries} entries, ${ledger.refusals} refusals, ${ledger.accounts} accounts, ${accruals} accruals; ` +
          `head ${ledger.headHash}; ${findings.length === 0 ? "every invariant holds" : `${findings.length} findings`}`,
      );
    }
    return findings.length === 0 ? 0 : 1;
  } finally {
    await connection.close();
    await store.close();
  }
}
