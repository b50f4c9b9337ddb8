import { PurchasesCard } from "./purchases-card.tsx";
import { useSpeech } from "./resident-context.tsx";
import { TopUpCard } from "./top-up-card.tsx";
import { TopUpsCard } from "./top-ups-card.tsx";
import type { MyAccount } from "./use-my-account.ts";

export function MoneyTab({ account: { topUps = [], purchases } }: { account: MyAccount }) {
  const { t } = useSpeech();
  return (
    <>
      <TopUpCard />
      {topUps.length > 0 && <TopUpsCard title={t("my.topUp.payments")} topUps={topUps} />}
      {purchases && <PurchasesCard purchases={purchases} />}
    </>
  );
}
