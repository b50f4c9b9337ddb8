import { expect, it } from "vitest";
import { POLICY } from "../../testing/gateway-rig.ts";
import { CLOSING, CREDIT_CUT } from "../../testing/switch-view.ts";
import { decideOperation, type SwitchView } from "./decide-operation.ts";

// What each safety rule holds back stands in its own file: s01 to s11.
it.each<{ why: string; view: SwitchView; expected: object }>([
  { why: "a cut", view: CREDIT_CUT, expected: { type: "operate", relay: "open", isAutomatic: true } },
  { why: "a closing", view: CLOSING, expected: { type: "operate", relay: "closed", isAutomatic: true } },
  { why: "what is already so", view: { ...CREDIT_CUT, actual: "open" }, expected: { type: "nothing" } },
  {
    why: "an uncommissioned circuit waits",
    view: { ...CREDIT_CUT, isCommissioned: false },
    expected: { type: "wait", why: "not-commissioned" },
  },
  {
    why: "the same for a person goes",
    view: { ...CREDIT_CUT, isCommissioned: false, isByPerson: true },
    expected: { type: "operate", relay: "open", isAutomatic: false },
  },
])("$why", ({ view, expected }) => {
  expect(decideOperation(view, POLICY, Date.UTC(2026, 0, 2))).toMatchObject(expected);
});
