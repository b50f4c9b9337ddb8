/**
 * Writes every kind of document, in both languages and on every paper it is printed on, into a folder, to be looked at:
 * `npx tsx scripts/sample-documents.ts /tmp/documents`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sampleFiles } from "@hallmeter/vending-api/sample-documents";

const folder = resolve(process.argv[2] ?? "sample-documents");
mkdirSync(folder, { recursive: true });
for (const { name, bytes } of await sampleFiles()) {
  writeFileSync(join(folder, name), bytes);
  process.stdout.write(`${join(folder, name)} ${bytes.length}\n`);
}
