import type { RuleChangePreview, RuleKind } from "./rows.ts";

type PreviewedCircuit = RuleChangePreview["circuits"][number];

/** Circuits to which the same happens. */
export interface PreviewGroup {
  changed: RuleKind[];
  before: PreviewedCircuit["before"];
  after: PreviewedCircuit["after"];
  names: string[];
}

/** What changes, the same changes together, the most frequent first; who stays as they are is left out. */
export function previewGroups(circuits: readonly PreviewedCircuit[]): PreviewGroup[] {
  const groups = new Map<string, PreviewGroup>();
  for (const { name, changed, before, after } of circuits) {
    if (changed.length === 0) continue;
    const key = JSON.stringify(changed.map((kind) => [kind, before[kind] ?? null, after[kind] ?? null]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { changed, before, after, names: [name] });
    else group.names.push(name);
  }
  return [...groups.values()].sort((a, b) => b.names.length - a.names.length);
}

export type PreviewNote = PreviewedCircuit["notes"][number];

/** How many of the circuits that change have something to know of. */
export function notesOf(circuits: readonly PreviewedCircuit[]): { note: PreviewNote; count: number }[] {
  const counts = new Map<PreviewNote, number>();
  for (const { changed, notes } of circuits)
    for (const note of changed.length === 0 ? [] : notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => ({ note, count }));
}
