import { z } from "zod";
import { decimalText, exactTexts, kwhText } from "../paper/amounts.ts";
import type { TableBlock } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import type { PlaceFacts } from "./define-kind.ts";

/**
 * How use became money, exact to 10⁻⁹ of the major unit:
 * Σ rates − free + surcharge + demand + standing + tax + carried = chargedMinor.
 */
export const chargesFacts = z.object({
  /** One row per rate and price: a new price is a row of its own. */
  rates: z.array(z.object({ name: z.string(), priceMicroPerKWh: z.int(), wh: z.int(), costNano: z.int() })),
  freeWh: z.int(),
  freeNano: z.int(),
  surchargeNano: z.int(),
  demandNano: z.int(),
  standingNano: z.int(),
  taxNano: z.int(),
  /** Remainders of less than a minor unit: brought from before, less what is carried on. */
  carriedNano: z.int(),
  chargedMinor: z.int(),
});
export type ChargesFacts = z.infer<typeof chargesFacts>;

const WORDS = {
  item: { en: "Item", zh: "项目" },
  price: { en: "Price per kWh", zh: "单价（每 kWh）" },
  free: { en: "Free energy", zh: "免费电量" },
  surcharge: { en: "Block surcharge", zh: "阶梯加价" },
  demand: { en: "Maximum demand", zh: "最大需量" },
  standing: { en: "Standing charge", zh: "基本费" },
  tax: { en: "Tax", zh: "税" },
  carried: { en: "Remainders carried", zh: "尾数结转" },
  charged: { en: "Charged", zh: "实际扣费" },
  none: { en: "Nothing was used.", zh: "无用电。" },
} as const;

const MICRO_DIGITS = 6;

export function chargesTable(
  charges: ChargesFacts,
  { currency, currencyDigits }: PlaceFacts,
  language: Language,
): TableBlock {
  const say = speaker(WORDS, language);
  const { rates, freeWh, freeNano, surchargeNano, demandNano, standingNano, taxNano, carriedNano } = charges;
  const others = [
    { name: say("free"), wh: -freeWh, nano: -freeNano },
    { name: say("surcharge"), wh: 0, nano: surchargeNano },
    { name: say("demand"), wh: 0, nano: demandNano },
    { name: say("standing"), wh: 0, nano: standingNano },
    { name: say("tax"), wh: 0, nano: taxNano },
    { name: say("carried"), wh: 0, nano: carriedNano },
  ].filter(({ wh, nano }) => wh !== 0 || nano !== 0);
  const rows = [
    ...rates.map(({ name, priceMicroPerKWh, wh, costNano }) => ({
      name,
      wh,
      nano: costNano,
      price: decimalText(priceMicroPerKWh, MICRO_DIGITS).replace(/0{1,4}$/, ""),
    })),
    ...others.map((row) => ({ ...row, price: "" })),
  ];
  const amounts = exactTexts(
    rows.map(({ nano }) => nano),
    currencyDigits,
  );
  return {
    kind: "table",
    columns: [
      { title: say("item"), share: 4, align: "left" },
      { title: say("price"), share: 2.4, align: "right" },
      { title: "kWh", share: 2, align: "right" },
      { title: currency, share: 2.6, align: "right" },
    ],
    rows: rows.map(({ name, price, wh }, index) => [
      name,
      price,
      wh === 0 ? "" : kwhText(wh),
      amounts[index] ?? "",
    ]),
    totals: [
      [
        say("charged"),
        "",
        kwhText(rates.reduce((sum, { wh }) => sum + wh, 0)),
        decimalText(charges.chargedMinor, currencyDigits),
      ],
    ],
    empty: say("none"),
  };
}
