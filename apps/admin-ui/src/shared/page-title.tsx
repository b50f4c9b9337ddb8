import { type ReactNode, useEffect, useState } from "react";
import { createPortal } from "react-dom";

/** Where the page's h1 stands: in the bar at the top of the shell. */
export const TITLE_PLACE_ID = "react-admin-title";

/** The page's name, in the bar and in the browser's tab. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => {
    setPlace(document.getElementById(TITLE_PLACE_ID));
    const before = document.title;
    document.title = `${title} · Hallmeter`;
    return () => {
      document.title = before;
    };
  }, [title]);
  return place === null ? null : createPortal(<span>{children ?? title}</span>, place);
}
