import type { Connection } from "mongoose";
import { balanceModel } from "./ledger/balance.model.ts";
import { journalModel } from "./ledger/journal.model.ts";
import { busBudgetModel, busModel } from "./network/bus.model.ts";
import { circuitModel } from "./network/circuit.model.ts";
import { circuitMirrorModel } from "./network/circuit-mirror.model.ts";
import { commandModel } from "./network/command.model.ts";
import { gatewayModel } from "./network/gateway.model.ts";
import { gatewayMessageModel } from "./network/gateway-message.model.ts";
import { meterModel } from "./network/meter.model.ts";
import { tariffModel } from "./network/tariff.model.ts";
import { accrualModel } from "./rating/accrual.model.ts";
import { loadProfileModel } from "./rating/load-profile.model.ts";

/**
 * Models are bound when first asked for, but money is guarded by unique indexes, which must stand before the first request:
 * whoever builds indexes binds these first.
 */
export function bindModels(connection: Connection): void {
  for (const bind of [
    journalModel,
    balanceModel,
    accrualModel,
    loadProfileModel,
    gatewayModel,
    gatewayMessageModel,
    busModel,
    busBudgetModel,
    meterModel,
    circuitModel,
    circuitMirrorModel,
    commandModel,
    tariffModel,
  ])
    bind(connection);
}
