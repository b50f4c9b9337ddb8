import type { TariffScheme } from "@hallmeter/meter-model";
import { type Accrual, closeAccrual } from "./accrual.ts";
import { chargeEnergy } from "./charge-use.ts";
import { type HeldUse, heldUseId } from "./held-use.ts";
import type { MeteringContext } from "./metering-context.ts";

/**
 * A stretch that was held back and is released, as an accrual of its own: rated by the prices of its time, with an id and so
 * an entry that exist once. It raises no maximum demand: a maximum is what was measured beyond doubt.
 */
export function releasedAccrual(
  accrual: Accrual,
  use: HeldUse,
  scheme: TariffScheme,
  context: Pick<MeteringContext, "calendar">,
): Accrual {
  const { fromAt, toAt, fromWh, toWh } = use;
  const timed = { fromMs: fromAt.getTime(), toMs: toAt.getTime(), wh: toWh - fromWh };
  const empty: Accrual = {
    ...accrual,
    _id: heldUseId(accrual, use),
    fromAt,
    fromWh,
    lastAt: toAt,
    lastWh: toWh,
    whByRate: {},
    costNano: 0,
    demand: null,
    demandNano: 0,
    suspect: null,
    held: [],
  };
  return closeAccrual(chargeEnergy(empty, timed, scheme, context));
}
