import { useConsoleLocale } from "./use-t.ts";

/** Sentences one after the other; Chinese has no space between them. */
export function useSentences(): (...sentences: readonly (string | false)[]) => string {
  const gap = useConsoleLocale() === "zh" ? "" : " ";
  return (...sentences) => sentences.filter((sentence) => sentence !== false && sentence !== "").join(gap);
}
