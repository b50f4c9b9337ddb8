import { readFileSync } from "node:fs";
import {
  connect,
  endsOf,
  openCheckpoint,
  type Progress,
  verifyAccruals,
  verifyAudit,
  verifyLedger,
} from "@hallmeter/vending-api";
import { readCheckpointKey } from "./checkpoint-key.ts";
import { openStore } from "./with-store.ts";

interface VerifyOptions {
  json?: boolean;
  checkpoint?: string;
  publicKey?: string;
}

type Print = (line: string) => void;

/** `hallmeter verify-ledger`: exit code 1 when anything is wrong. */
export async function verifyLedgerFromTerminal(
  options: VerifyOptions,
  env: NodeJS.ProcessEnv,
  print: Print,
): Promise<number> {
  const signed = readSigned(options, env);
  const store = await openStore(env);
  const connection = await connect(store.uri);
  try {
    return await verify(connection, signed, options, print);
  } finally {
    await connection.close();
    await store.close();
  }
}

/** The checkpoint that was asked for. Throws when no key is known or the file is not what that key signed. */
function readSigned({ checkpoint, publicKey }: VerifyOptions, env: NodeJS.ProcessEnv) {
  if (checkpoint === undefined) return undefined;
  const trusted = publicKey ?? readCheckpointKey(env)?.publicKey;
  if (trusted === undefined)
    throw new Error("no checkpoint was signed here: name the key that you trust with --public-key");
  return openCheckpoint(readFileSync(checkpoint, "utf8"), trusted);
}

async function verify(
  connection: Awaited<ReturnType<typeof connect>>,
  signed: ReturnType<typeof readSigned>,
  { json }: VerifyOptions,
  print: Print,
): Promise<number> {
  const ledger = await verifyLedger(connection, {
    ...(json ? {} : { onProgress: (progress) => print(progressLine(progress)) }),
    ...(signed ? { signed: endsOf(signed.ends) } : {}),
  });
  const accruals = await verifyAccruals(connection);
  const audit = await verifyAudit(connection, { signed: signed && endsOf(signed.auditEnds) });
  const findings = [...ledger.findings, ...accruals.findings, ...audit.flatMap((site) => site.findings)];
  const findingCount = ledger.findingCount + findings.length - ledger.findings.length;
  if (json) {
    const auditEntries = audit.reduce((sum, site) => sum + site.entries, 0);
    const checkpoint = signed && { at: signed.at };
    const report = {
      ...ledger,
      accruals: accruals.accruals,
      auditEntries,
      checkpoint,
      findings,
      findingCount,
    };
    print(JSON.stringify(report));
  } else {
    for (const finding of findings) print(`WRONG  ${JSON.stringify(finding)}`);
    if (findingCount > findings.length) print(`… and ${findingCount - findings.length} more`);
    for (const { siteId, entries, unchained } of audit)
      print(
        `audit of ${siteId}: ${entries} chained${unchained > 0 ? `, ${unchained} from before there was a chain` : ""}`,
      );
    for (const { siteId, accounts, entries, headHash } of ledger.sites)
      print(`site ${siteId}: ${entries} entries of ${accounts} accounts; head ${headHash}`);
    if (signed) print(`checkpoint of ${signed.at}: ${signed.ends.length} chains compared`);
    print(
      `${ledger.entries} entries, ${ledger.refusals} refusals, ${ledger.accounts} accounts, ${accruals.accruals} accruals; ` +
        (findingCount === 0 ? "every invariant holds" : `${findingCount} findings`),
    );
  }
  return findingCount === 0 ? 0 : 1;
}

/** For a person who waits. */
export function progressLine({ entries, accounts, total, perSecond, remainingS }: Progress): string {
  const count = (value: number) => value.toLocaleString("en");
  return `${count(entries)} entries of ${count(accounts)} accounts read, ${count(perSecond)}/s; ${count(total)} rows in all, ${remainingS} s left`;
}
