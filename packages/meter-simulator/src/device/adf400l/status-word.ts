import type { CircuitView } from "../../circuit/circuit-view.ts";

/**
 * Status word of the sibling family (DDSY1352, DTSY1352, ADF300): high byte b0 fault, b5–b7 relay L1–L3 closed; low byte
 * b0–b2 forced state, b3 forced on, b4 over limit, b5 arrears, b6 alarm 1, b7 alarm 2. The ADF400L manual leaves the bits of
 * 0311 and 0369 open and is taken to share them.
 */
export function statusWord(view: CircuitView, loopCount: 1 | 2 | 3): number {
  const loops = (1 << loopCount) - 1;
  const { forced, verdict, prepaid } = view;
  return (
    (view.isContactClosed ? loops << 13 : 0) |
    (forced === "closed" ? loops : 0) |
    (forced === "free" ? 0 : 0x0008) |
    (verdict.overLimit ? 0x0010 : 0) |
    (verdict.arrears ? 0x0020 : 0) |
    (prepaid.isBelowAlarm1 ? 0x0040 : 0) |
    (prepaid.isBelowAlarm2 ? 0x0080 : 0)
  );
}
