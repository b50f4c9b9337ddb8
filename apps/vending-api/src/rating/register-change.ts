import type { Accrual } from "./accrual.ts";
import type { Suspect } from "./suspect.ts";
import { beginWatch } from "./watch.ts";

/** From `atMs` on nothing is charged until somebody has said where the other register begins. */
export function blockRegister(accrual: Accrual, atMs: number): Accrual {
  if (isBlocked(accrual)) return accrual;
  const at = new Date(atMs);
  const suspect: Suspect = {
    at,
    readingWh: accrual.lastWh,
    reason: "meter-changed",
    newestAt: at,
    newestWh: accrual.lastWh,
    samples: 0,
  };
  return { ...accrual, suspect };
}

export function isBlocked(accrual: Accrual): accrual is Accrual & { suspect: Suspect } {
  return accrual.suspect?.reason === "meter-changed";
}

/** The old register is closed where the accrual stands; the new one opens at its own first value, and nothing lies between. */
export function openRegister(accrual: Accrual, change: { id: string; firstRegisterWh: number }): Accrual {
  const { lastWh, lastAt, watch } = accrual;
  return {
    ...accrual,
    offsetWh: lastWh - change.firstRegisterWh,
    suspect: null,
    registerChangeId: change.id,
    watch: { ...beginWatch(lastAt, lastWh, null), stillSince: watch.stillSince },
  };
}
