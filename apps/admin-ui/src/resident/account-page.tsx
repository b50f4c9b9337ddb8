import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ApiRequest } from "../api/request.ts";
import type { Session } from "../api/session.ts";
import { createFormat } from "../format/format.ts";
import { problemText } from "../i18n/problem-text.ts";
import { useNowMs } from "../shared/use-now.ts";
import { HomeTab } from "./home-tab.tsx";
import { MeTab } from "./me-tab.tsx";
import { MoneyTab } from "./money-tab.tsx";
import { HomeProvider, useSpeech } from "./resident-context.tsx";
import { TabIcon } from "./tab-icon.tsx";
import { hashOfTab, TABS, type Tab, tabOfHash } from "./tabs.ts";
import { useMyAccount } from "./use-my-account.ts";
import { UseTab } from "./use-tab.tsx";

/** Before the site is known, its money and clock are not; nothing is formatted with these but an offline notice. */
const UNKNOWN_SITE = { timeZone: "UTC", currency: "CNY", currencyDigits: 2 } as const;

function useTab(): Tab {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener("hashchange", changed);
      return () => window.removeEventListener("hashchange", changed);
    },
    () => tabOfHash(window.location.hash),
  );
}

function TabBar({ open }: { open: Tab }) {
  const { t } = useSpeech();
  return (
    <nav className="tabs" aria-label={t("my.tabs.label")}>
      {TABS.map((tab) => (
        <a key={tab} href={hashOfTab(tab)} {...(tab === open && { "aria-current": "page" as const })}>
          <TabIcon tab={tab} />
          {t(`my.tabs.${tab}`)}
        </a>
      ))}
    </nav>
  );
}

interface Props {
  session: Session;
  request: ApiRequest;
  onSignOut: () => void;
}

/** Everything that a resident wants to know, in four parts. */
export function AccountPage({ session, request, onSignOut }: Props) {
  const { t, locale } = useSpeech();
  const { account, problem, readAtMs, refresh } = useMyAccount(request);
  const nowMs = useNowMs(30_000);
  const tab = useTab();
  const { me } = account;
  const { timeZone, currency, currencyDigits } = me?.site ?? UNKNOWN_SITE;
  const home = useMemo(
    () => ({
      format: createFormat({ locale, timeZone, currency, currencyDigits }),
      ...{ timeZone, currencyDigits, request, nowMs, version: readAtMs ?? 0 },
    }),
    [locale, timeZone, currency, currencyDigits, request, nowMs, readAtMs],
  );
  useEffect(() => {
    if (problem?.status === 401) onSignOut();
  }, [problem, onSignOut]);

  const isHomeless = me !== undefined && me.household === null;
  return (
    <HomeProvider value={home}>
      <header className="hello">
        <div>
          <h1>{me?.unit ? t("my.room", { room: me.unit.name }) : t("my.title")}</h1>
          {me && <p className="quiet">{[me.user.name, me.site?.name].filter(Boolean).join(" · ")}</p>}
        </div>
        <button type="button" onClick={onSignOut}>
          {t("common.signOut")}
        </button>
      </header>
      {problem !== null && !isHomeless && (
        <p role="alert" className="alert">
          {problem.status === 0 && readAtMs !== null
            ? t("my.offline", { time: home.format.moment(readAtMs, nowMs) })
            : problemText(problem, t)}{" "}
          <button type="button" onClick={refresh}>
            {t("common.retry")}
          </button>
        </p>
      )}
      {isHomeless ? (
        <p className="card">
          {t("my.noHousehold")} <a href="/">{t("my.console")}</a>
        </p>
      ) : (
        <>
          <TabBar open={tab} />
          <div className="cards">
            {tab === "home" && <HomeTab account={account} refresh={refresh} />}
            {tab === "use" && <UseTab use={account.use} />}
            {tab === "money" && <MoneyTab account={account} />}
            {tab === "me" && me && <MeTab me={me} session={session} />}
          </div>
        </>
      )}
    </HomeProvider>
  );
}
