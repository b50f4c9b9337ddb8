export type InboxAct = "next" | "previous" | "select" | "acknowledge" | "shelve" | "details" | "help";

/** Every key of the inbox; the help shows this table. */
export const INBOX_KEYS = [
  { act: "next", keys: ["j", "ArrowDown"] },
  { act: "previous", keys: ["k", "ArrowUp"] },
  { act: "select", keys: ["x"] },
  { act: "details", keys: ["Enter", "o"] },
  { act: "acknowledge", keys: ["a"] },
  { act: "shelve", keys: ["s"] },
  { act: "help", keys: ["?"] },
] as const satisfies readonly { act: InboxAct; keys: readonly string[] }[];

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Where it was typed. */
  target: unknown;
}

const TYPED_INTO = "input:not([type=checkbox]), textarea, select, [role=combobox], [role=listbox]";
/** They have a use of their own for Enter. */
const PRESSED_BY_ENTER = "button, a, input";

const isWithin = (target: unknown, selector: string): boolean =>
  typeof target === "object" &&
  target !== null &&
  "closest" in target &&
  typeof target.closest === "function" &&
  target.closest(selector) !== null;

/** What a key asks for; null where it is typed into a field or belongs to a control or the browser. */
export function inboxActOf({ key, ctrlKey, metaKey, altKey, target }: Pressed): InboxAct | null {
  if (ctrlKey || metaKey || altKey || isWithin(target, TYPED_INTO)) return null;
  if (key === "Enter" && isWithin(target, PRESSED_BY_ENTER)) return null;
  return INBOX_KEYS.find(({ keys }) => (keys as readonly string[]).includes(key))?.act ?? null;
}

/** The row that an act moves to, within the page; the first when none is current yet. */
export function movedTo(act: "next" | "previous", current: number, count: number): number {
  if (count === 0) return -1;
  if (current < 0) return 0;
  return Math.min(Math.max(current + (act === "next" ? 1 : -1), 0), count - 1);
}
