import { Card } from "./card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";
import type { MyTopUp } from "./rows.ts";
import { progressOf } from "./top-up-progress.ts";

export function TopUpLine({ topUp }: { topUp: MyTopUp }) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  const { amountMinor, state, redirectUrl, createdAt, creditedAt } = topUp;
  return (
    <li>
      <span>
        <strong>{format.money(amountMinor)}</strong>{" "}
        <span className={`payment payment-${progressOf(topUp)}`}>{t(`my.topUp.state.${state}`)}</span>
        <br />
        <span className="quiet">{format.moment(creditedAt ?? createdAt, nowMs)}</span>
      </span>
      {redirectUrl !== null && (
        <a className="button" href={redirectUrl}>
          {t("my.topUp.goOn")}
        </a>
      )}
    </li>
  );
}

export function TopUpsCard({ title, topUps }: { title: string; topUps: readonly MyTopUp[] }) {
  return (
    <Card title={title}>
      <ul className="plain rows" aria-live="polite">
        {topUps.map((topUp) => (
          <TopUpLine key={topUp.id} topUp={topUp} />
        ))}
      </ul>
    </Card>
  );
}
