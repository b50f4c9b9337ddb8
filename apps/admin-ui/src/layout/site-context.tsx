import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo } from "react";
import { useGetList, useStore } from "react-admin";
import type { Site } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { createFormat, type Format } from "../format/format.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Waiting } from "../shared/waiting.tsx";

const FirstSitePage = lazy(() => import("../first-run/first-site-page.tsx"));

interface SiteView {
  site: Site;
  sites: Site[];
  choose: (siteId: string) => void;
  format: Format;
}

const SiteContext = createContext<SiteView | null>(null);

/** The site that the pages speak of: its time zone, currency and rooms. Kept for the next visit. */
export function SiteProvider({ children }: { children: ReactNode }) {
  const t = useT();
  const may = useMay();
  const locale = useConsoleLocale();
  const [chosenId, choose] = useStore<string | null>("hallmeter.site", null);
  const { data, error, refetch } = useGetList<Site>("sites", {
    pagination: { page: 1, perPage: 200 },
    sort: { field: "name", order: "ASC" },
  });
  const view = useMemo(() => {
    const site = data?.find(({ id }) => id === chosenId) ?? data?.[0];
    if (data === undefined || site === undefined) return null;
    const { timeZone, currency, currencyDigits } = site;
    return {
      site,
      sites: data,
      choose,
      format: createFormat({ locale, timeZone, currency, currencyDigits }),
    };
  }, [data, chosenId, choose, locale]);

  if (view !== null) return <SiteContext.Provider value={view}>{children}</SiteContext.Provider>;
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (data?.length === 0)
    return may("first-run.list") ? (
      <Suspense fallback={<Waiting />}>
        <FirstSitePage />
      </Suspense>
    ) : (
      <EmptyState title={t("app.site")} help={t("app.noSite")} />
    );
  return <Waiting />;
}

export function useSiteView(): SiteView {
  const view = useContext(SiteContext);
  if (view === null) throw new Error("useSiteView needs a SiteProvider above it");
  return view;
}

export const useSite = (): Site => useSiteView().site;
export const useFormat = (): Format => useSiteView().format;
