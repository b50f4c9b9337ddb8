import { useEffect } from "react";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";

/** A watch holds for 30 s; asked again before that ends. */
const RENEW_MS = 20_000;

/** While the page is open and seen, the gateway tells of this bus every other second; frames, too, where they are wanted. */
export function useBusWatch(busId: string, { withFrames = false }: { withFrames?: boolean } = {}): void {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  useEffect(() => {
    const watch = () => {
      if (document.visibilityState === "hidden") return;
      // What fails is asked again in a moment; the page says by its "as of" how old its figures are.
      dataProvider
        .change("POST", `/buses/${encodeURIComponent(busId)}/watch`, { withFrames })
        .catch(() => undefined);
    };
    watch();
    const timer = setInterval(watch, RENEW_MS);
    document.addEventListener("visibilitychange", watch);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", watch);
    };
  }, [dataProvider, busId, withFrames]);
}
