import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router-dom";

/** Choices of a page that stand in its address: they stay over a reload, and a link carries them. Empty ones are left out. */
export function useUrlChoice<Name extends string>(names: readonly Name[]) {
  const [query, setQuery] = useSearchParams();
  const key = query.toString();
  const choice = useMemo(() => {
    const given = new URLSearchParams(key);
    return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ""])) as Record<Name, string>;
  }, [key, names]);
  const choose = useCallback(
    (next: Partial<Record<Name, string>>) =>
      setQuery(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries<string | undefined>(next)) {
            if (value === undefined || value === "") after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
    [setQuery],
  );
  return [choice, choose] as const;
}
