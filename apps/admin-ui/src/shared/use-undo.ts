import { useCallback, useState } from "react";
import { historyOf, redone, stepped, type UndoHistory, undone } from "./undo-history.ts";

/** A state with undo and redo; each is absent where there is nothing to go to. */
export function useUndo<State>(initial: () => State) {
  const [history, setHistory] = useState<UndoHistory<State>>(() => historyOf(initial()));
  const change = useCallback(
    (next: (state: State) => State) => setHistory((before) => stepped(before, next(before.present))),
    [],
  );
  const reset = useCallback((state: State) => setHistory(historyOf(state)), []);
  const undo = useCallback(() => setHistory(undone), []);
  const redo = useCallback(() => setHistory(redone), []);
  return {
    state: history.present,
    change,
    reset,
    undo: history.past.length > 0 ? undo : undefined,
    redo: history.future.length > 0 ? redo : undefined,
  };
}
