/** What a person changes, with the way back and forth. */
export interface UndoHistory<State> {
  readonly past: readonly State[];
  readonly present: State;
  readonly future: readonly State[];
}

/** Steps back that are kept; range 10–500, 100 are an hour's work. */
export const STEPS_KEPT = 100;

export const historyOf = <State>(present: State): UndoHistory<State> => ({ past: [], present, future: [] });

/** One more step; whatever was undone before it is gone. */
export function stepped<State>(history: UndoHistory<State>, next: State): UndoHistory<State> {
  if (Object.is(next, history.present)) return history;
  return { past: [...history.past, history.present].slice(-STEPS_KEPT), present: next, future: [] };
}

export function undone<State>({ past, present, future }: UndoHistory<State>): UndoHistory<State> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future };
  return { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

export function redone<State>({ past, present, future }: UndoHistory<State>): UndoHistory<State> {
  const [next, ...later] = future;
  if (next === undefined) return { past, present, future };
  return { past: [...past, present], present: next, future: later };
}
