import type { SwitchView } from "../control/safety/decide-operation.ts";
import { UNTOUCHED } from "../control/safety/relay-check.ts";

/** For tests only: a cut for credit that nothing stands in the way of. */
export const CREDIT_CUT: SwitchView = {
  intended: "open",
  actual: "closed",
  heldBy: ["credit"],
  isCommissioned: true,
  isByPerson: false,
  isSettled: true,
  isSameMeter: true,
  mayBreak: true,
  isProtectedTime: false,
  secondSource: { isLive: false, isProvedDead: true },
  record: UNTOUCHED,
};

/** A closing that nothing stands in the way of. */
export const CLOSING: SwitchView = { ...CREDIT_CUT, intended: "closed", actual: "open", heldBy: [] };
