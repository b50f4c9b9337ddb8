import { useState } from "react";
import { asApiProblem } from "../api/problem.ts";
import type { Purchase } from "../api/rows.ts";
import { methodText } from "../i18n/method-text.ts";
import { problemText } from "../i18n/problem-text.ts";
import { Card, Problem } from "./card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";

/** A tab or a download has taken the document long before this. */
const RELEASE_URL_AFTER_MS = 60_000;

export function PurchasesCard({ purchases }: { purchases: readonly Purchase[] }) {
  const { t, locale } = useSpeech();
  const { format, request } = useHome();
  const [problem, setProblem] = useState<string | null>(null);

  async function openReceipt({ id, receiptNumber }: Purchase) {
    setProblem(null);
    try {
      const response = await request(`/purchases/${encodeURIComponent(id)}/receipt.pdf?language=${locale}`, {
        headers: { Accept: "application/pdf" },
      });
      const url = URL.createObjectURL(await response.blob());
      const link = document.createElement("a");
      link.href = url;
      link.download = `${receiptNumber}.pdf`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), RELEASE_URL_AFTER_MS);
    } catch (error) {
      setProblem(problemText(asApiProblem(error), t));
    }
  }

  return (
    <Card title={t("my.purchases")}>
      {purchases.length === 0 && <p>{t("my.noPurchases")}</p>}
      <ul className="plain rows">
        {purchases.map((purchase) => (
          <li key={purchase.id}>
            <span>
              {purchase.voidedAt === undefined ? (
                <strong>{format.money(purchase.amountMinor)}</strong>
              ) : (
                <>
                  <del>{format.money(purchase.amountMinor)}</del> {t("common.voided")}
                </>
              )}
              <span className="quiet">
                {" "}
                · {format.dateTime(purchase.at)} · {methodText(purchase.method, t)}
              </span>
            </span>
            <button
              type="button"
              aria-label={t("my.openReceipt", { number: purchase.receiptNumber })}
              onClick={() => void openReceipt(purchase)}
            >
              {t("common.receipt")}
            </button>
          </li>
        ))}
      </ul>
      <Problem text={problem} />
    </Card>
  );
}
