import { z } from "zod";
import { auditModel } from "../audit/audit.model.ts";
import { readAuditHead } from "../audit/audit-log.ts";
import { countUnchained, type Stretch, verifyStretch } from "../audit/verify-audit.ts";
import { defineJob } from "../jobs/define-job.ts";

/** Entries of one item. Range 100–10,000: a fraction of a second, so that a person sees it go on. */
const STRETCH_LENGTH = 1000;
/** Named in an item's result; the count tells of the rest. */
const MOST_FINDINGS = 20;
/** The item that looks beside the chain. */
const OUTSIDE = "outside";

const nameOf = ({ from, to }: Stretch): string => `${from}-${to}`;

function stretchOf(itemId: string): Stretch {
  const [from, to] = itemId.split("-").map(Number);
  if (from === undefined || to === undefined) throw new RangeError(`no stretch "${itemId}"`);
  return { from, to };
}

/** The chain of its site from the first entry to the last that stands when it begins, stretch after stretch. */
export const auditCheckJob = defineJob({
  kind: "audit-check",
  isForgotten: true,
  roles: ["administrator"],
  params: z.strictObject({}),
  async items({ deps, job: { siteId } }) {
    const { seq: last } = await readAuditHead(deps.connection, siteId);
    const stretches: string[] = [];
    for (let from = 1; from <= last; from += STRETCH_LENGTH)
      stretches.push(nameOf({ from, to: Math.min(from + STRETCH_LENGTH - 1, last) }));
    return [...stretches, OUTSIDE];
  },
  async runItem(itemId, { deps: { connection }, job: { siteId } }) {
    if (itemId === OUTSIDE) {
      const first = await auditModel(connection)
        .findOne({ siteId, seq: 1 }, { at: 1 })
        .lean<{ at: Date } | null>();
      const { unchained, finding } = await countUnchained(connection, siteId, first?.at);
      return resultOf(0, unchained, finding);
    }
    const { entries, findings } = await verifyStretch(connection, siteId, stretchOf(itemId));
    return resultOf(entries, 0, findings);
  },
});

function resultOf(
  entries: number,
  unchained: number,
  found: Awaited<ReturnType<typeof verifyStretch>>["findings"],
) {
  return {
    entries,
    unchained,
    broken: found.length,
    findings: found.slice(0, MOST_FINDINGS).map(({ seq, code, detail }) => ({ seq, code, detail })),
  };
}
