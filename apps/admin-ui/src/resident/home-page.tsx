import { useEffect, useMemo, useState } from "react";
import type { ApiRequest } from "../api/request.ts";
import type { Balance } from "../api/rows.ts";
import { createFormat } from "../format/format.ts";
import { problemText } from "../i18n/problem-text.ts";
import { usableCredit } from "../shared/usable-credit.ts";
import { PowerCard } from "./power-card.tsx";
import { PurchasesCard } from "./purchases-card.tsx";
import { HomeProvider, useHome, useSpeech } from "./resident-context.tsx";
import { DaysCard, TodayCard } from "./use-cards.tsx";
import { useMyAccount } from "./use-my-account.ts";

/** Before the site is known, its money and clock are not; nothing is formatted with these but an offline notice. */
const UNKNOWN_SITE = { timeZone: "UTC", currency: "CNY", currencyDigits: 2 } as const;

function BalanceCard({ balance }: { balance: Balance }) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  const { daysLeft, estimated } = balance;
  const { amountMinor, asOf, isInMeter } = usableCredit(balance);
  return (
    <section className="card" aria-labelledby="balance">
      <h2 id="balance">{t("my.balance")}</h2>
      <p
        className={
          amountMinor !== null && amountMinor <= 0
            ? "figure figure-large figure-empty"
            : "figure figure-large"
        }
      >
        {amountMinor === null ? "—" : format.money(amountMinor)}
      </p>
      <p>
        {isInMeter
          ? t("common.inMeter")
          : daysLeft === null
            ? t("common.daysLeftNone")
            : daysLeft < 1
              ? t("common.daysLeftZero")
              : t("common.daysLeft", { smart_count: Math.floor(daysLeft) })}
      </p>
      <p className="quiet">
        {estimated === true && !isInMeter && `${t("common.estimated")} · `}
        {asOf === null ? t("common.never") : t("common.asOf", { time: format.moment(asOf, nowMs) })}
      </p>
    </section>
  );
}

function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}

interface Props {
  request: ApiRequest;
  onSignOut: () => void;
}

/** Everything that a resident wants to know, the most urgent first. */
export function HomePage({ request, onSignOut }: Props) {
  const { t, locale } = useSpeech();
  const { account, problem, readAtMs, refresh } = useMyAccount(request);
  const nowMs = useNow(30_000);
  const { me, balance, use, why, purchases } = account;
  const site = me?.site ?? UNKNOWN_SITE;
  const { timeZone, currency, currencyDigits } = site;
  const home = useMemo(
    () => ({
      format: createFormat({ locale, timeZone, currency, currencyDigits }),
      timeZone,
      request,
      nowMs,
    }),
    [locale, timeZone, currency, currencyDigits, request, nowMs],
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
      {isHomeless && (
        <p className="card">
          {t("my.noHousehold")} <a href="/">{t("my.console")}</a>
        </p>
      )}
      {!isHomeless && (
        <div className="cards">
          {balance ? <BalanceCard balance={balance} /> : <div className="card card-waiting" />}
          {why && me ? (
            <PowerCard whys={why} circuits={me.circuits} onDone={refresh} />
          ) : (
            <div className="card card-waiting" />
          )}
          {use ? (
            <TodayCard use={use} currencyDigits={currencyDigits} />
          ) : (
            <div className="card card-waiting" />
          )}
          {use && <DaysCard use={use} />}
          {purchases && <PurchasesCard purchases={purchases} />}
        </div>
      )}
    </HomeProvider>
  );
}
