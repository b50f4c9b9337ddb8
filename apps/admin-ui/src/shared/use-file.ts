import { useState } from "react";
import { useDataProvider, useNotify } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useConsoleLocale } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

/** A new tab has loaded the document long before this. */
const RELEASE_URL_AFTER_MS = 60_000;

/** Fetches a file of the API and hands it to the browser; what goes wrong is told. */
export function useFile(): {
  isRunning: boolean;
  save(path: string, fileName: string): void;
  open(path: string): void;
} {
  const notify = useNotify();
  const problemText = useProblemText();
  const language = useConsoleLocale();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isRunning, setIsRunning] = useState(false);

  async function follow(path: string, prepare: (link: HTMLAnchorElement) => void) {
    setIsRunning(true);
    try {
      const url = URL.createObjectURL(await dataProvider.file(path));
      const link = document.createElement("a");
      link.href = url;
      prepare(link);
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), RELEASE_URL_AFTER_MS);
    } catch (error) {
      notify(problemText(error), { type: "error" });
    } finally {
      setIsRunning(false);
    }
  }

  return {
    isRunning,
    save: (path, fileName) =>
      void follow(path, (link) => {
        link.download = fileName;
      }),
    /** A document, in the console's language, in a tab of its own, where the browser prints it. */
    open: (path) =>
      void follow(`${path}${path.includes("?") ? "&" : "?"}language=${language}`, (link) => {
        link.target = "_blank";
        link.rel = "noopener";
      }),
  };
}
