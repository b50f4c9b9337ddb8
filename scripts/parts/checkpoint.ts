import { renameSync, writeFileSync } from "node:fs";
import {
  type CheckpointContent,
  connect,
  signCheckpoint,
  verifyAudit,
  verifyLedger,
} from "@hallmeter/vending-api";
import { ensureCheckpointKey } from "./checkpoint-key.ts";
import { progressLine } from "./verify-ledger.ts";
import { openStore } from "./with-store.ts";

interface CheckpointOptions {
  out: string;
  json?: boolean;
}

/** `hallmeter checkpoint`: signs where every chain ends, once all of them were verified; exit code 1 when one is wrong. */
export async function writeCheckpointFromTerminal(
  { out, json }: CheckpointOptions,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  now = new Date(),
): Promise<number> {
  const { privateKey, publicKey } = ensureCheckpointKey(env);
  const store = await openStore(env);
  const connection = await connect(store.uri);
  try {
    const ends: CheckpointContent["ends"] = [];
    const ledger = await verifyLedger(connection, {
      onChain: ({ account, head }) => ends.push([account, head.seq, head.hash]),
      ...(json ? {} : { onProgress: (progress) => print(progressLine(progress)) }),
    });
    const audit = await verifyAudit(connection);
    const findingCount = ledger.findingCount + audit.reduce((sum, site) => sum + site.findings.length, 0);
    if (findingCount > 0) {
      print(`${findingCount} findings: nothing was signed; \`hallmeter verify-ledger\` names them`);
      return 1;
    }
    const auditEnds: CheckpointContent["auditEnds"] = audit.flatMap(({ siteId, head }) =>
      head.seq > 0 ? [[siteId, head.seq, head.hash]] : [],
    );
    const content = { format: 1 as const, at: now.toISOString(), sites: ledger.sites, ends, auditEnds };
    writeWhole(out, JSON.stringify(signCheckpoint(content, privateKey)));
    const { entries, accounts } = ledger;
    print(
      json
        ? JSON.stringify({ out, publicKey, entries, accounts, sites: ledger.sites })
        : `${entries} entries of ${accounts} accounts signed in ${out}; public key ${publicKey}`,
    );
    return 0;
  } finally {
    await connection.close();
    await store.close();
  }
}

/** Never half a file under the name that somebody keeps. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
