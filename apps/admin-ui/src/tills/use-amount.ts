import { useState } from "react";
import { parseAmountMinor } from "../format/decimal.ts";
import { useSite } from "../layout/site-context.tsx";

/** An amount above zero as it is typed: `minor` is null until it is one, `field` goes to an AmountField. */
export function useAmount() {
  const { currencyDigits } = useSite();
  const [value, onChange] = useState("");
  const typed = parseAmountMinor(value, currencyDigits);
  const minor = typed !== null && typed > 0 ? typed : null;
  return { minor, field: { value, isBad: value !== "" && minor === null, onChange } };
}
