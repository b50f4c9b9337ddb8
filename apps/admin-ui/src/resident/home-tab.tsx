import type { Balance } from "../api/rows.ts";
import { usableCredit } from "../shared/usable-credit.ts";
import { Card, WaitingCard } from "./card.tsx";
import { MessagesCard } from "./messages-card.tsx";
import { PowerCard } from "./power-card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";
import { hashOfTab } from "./tabs.ts";
import { newsOfTopUps } from "./top-up-progress.ts";
import { TopUpsCard } from "./top-ups-card.tsx";
import type { MyAccount } from "./use-my-account.ts";
import { TodayCard } from "./use-tab.tsx";

function BalanceCard({ balance }: { balance: Balance }) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  const { daysLeft, estimated } = balance;
  const { amountMinor, asOf, isInMeter } = usableCredit(balance);
  const isEmpty = amountMinor !== null && amountMinor <= 0;
  return (
    <Card title={t("my.balance")}>
      <p className={isEmpty ? "figure figure-large figure-empty" : "figure figure-large"}>
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
      <a className="button button-primary" href={hashOfTab("money")}>
        {t("my.topUp.title")}
      </a>
    </Card>
  );
}

/** What is most urgent: money, power, and what has just happened. */
export function HomeTab({ account, refresh }: { account: MyAccount; refresh: () => void }) {
  const { t } = useSpeech();
  const { nowMs } = useHome();
  const { me, balance, why, use, topUps } = account;
  const news = newsOfTopUps(topUps ?? [], nowMs);
  return (
    <>
      {news.length > 0 && <TopUpsCard title={t("my.topUp.news")} topUps={news} />}
      {balance ? <BalanceCard balance={balance} /> : <WaitingCard />}
      {why && me ? <PowerCard whys={why} circuits={me.circuits} onDone={refresh} /> : <WaitingCard />}
      {use ? <TodayCard use={use} /> : <WaitingCard />}
      <MessagesCard />
    </>
  );
}
