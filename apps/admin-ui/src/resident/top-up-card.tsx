import { type FormEvent, useState } from "react";
import { parseAmountMinor } from "../format/decimal.ts";
import { Card, Problem } from "./card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";
import type { MyTopUp, TopUpOptions } from "./rows.ts";
import { useAct } from "./use-act.ts";
import { usePart } from "./use-part.ts";

/** Chooses an amount and goes to the provider's page; what comes of it is told by the list of payments, never by the return. */
function TopUpForm({ options }: { options: TopUpOptions }) {
  const { t } = useSpeech();
  const { format, request, currencyDigits } = useHome();
  const { minMinor, maxMinor, suggestedMinor, isSandbox, currency } = options;
  const [typed, setTyped] = useState("");
  const [isBad, setIsBad] = useState(false);
  const act = useAct();
  const amountMinor = parseAmountMinor(typed, currencyDigits);
  const isAmount = amountMinor !== null && amountMinor >= minMinor && amountMinor <= maxMinor;

  async function pay(event: FormEvent) {
    event.preventDefault();
    if (!isAmount) {
      setIsBad(true);
      return;
    }
    const body = { amountMinor };
    const ordered = await act.run(body, async (idempotencyKey) => {
      const answer = await request("/me/top-ups", { method: "POST", body, idempotencyKey });
      return (await answer.json()) as MyTopUp;
    });
    if (ordered?.redirectUrl) window.location.assign(ordered.redirectUrl);
  }

  return (
    <form className="form" onSubmit={(event) => void pay(event)} noValidate>
      {isSandbox && <p className="alert">{t("my.topUp.sandbox")}</p>}
      <fieldset className="choices">
        <legend>{t("my.topUp.usual")}</legend>
        {suggestedMinor.map((suggested) => (
          <button
            key={suggested}
            type="button"
            aria-pressed={amountMinor === suggested}
            onClick={() => {
              setTyped(format.amount(suggested));
              setIsBad(false);
            }}
          >
            {format.money(suggested)}
          </button>
        ))}
      </fieldset>
      <label>
        {t("my.topUp.amount", { currency })}
        <input
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          aria-invalid={isBad}
          aria-describedby="top-up-limits"
          onChange={(event) => {
            setTyped(event.target.value);
            setIsBad(false);
          }}
        />
      </label>
      <p id="top-up-limits" className={isBad ? "bad" : "quiet"}>
        {t("my.topUp.limits", { least: format.money(minMinor), most: format.money(maxMinor) })}
      </p>
      <Problem text={act.problem} />
      <button type="submit" className="primary" aria-disabled={act.isRunning}>
        {act.isRunning
          ? t("my.topUp.going")
          : isAmount
            ? t("my.topUp.payAmount", { amount: format.money(amountMinor) })
            : t("my.topUp.pay")}
      </button>
      <p className="quiet">{t("my.topUp.help")}</p>
    </form>
  );
}

export function TopUpCard() {
  const { t } = useSpeech();
  const { body: options, problem } = usePart<TopUpOptions>("/me/top-up-options");
  if (options === undefined && problem === undefined) return null;
  return (
    <Card title={t("my.topUp.title")}>
      {options ? <TopUpForm options={options} /> : <p>{t("my.topUp.none")}</p>}
    </Card>
  );
}
