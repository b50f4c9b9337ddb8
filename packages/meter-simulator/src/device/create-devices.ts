import type { UnitId } from "@hallmeter/meter-model";
import type { BusPlan, MeterPlan } from "../site/site-file.ts";
import { createAcrel1352 } from "./acrel-1352/acrel-1352.ts";
import { createCabinet } from "./adf400l/cabinet.ts";
import type { Device, DeviceContext } from "./device.ts";
import { createDlt645Prepaid } from "./dlt645-prepaid/dlt645-prepaid.ts";
import { createEastron } from "./eastron/eastron.ts";
import { createReferenceCabinet } from "./reference-cabinet.ts";

function createMeter(context: DeviceContext, plan: MeterPlan): Device {
  switch (plan.profile) {
    case "reference-cabinet":
      return createReferenceCabinet(context, plan);
    case "acrel-1352":
      return createAcrel1352(context, plan);
    case "eastron-sdm120":
    case "eastron-sdm630":
      return createEastron(context, plan);
    case "dlt645-prepaid":
      return createDlt645Prepaid(context, plan);
  }
}

/** All devices of a bus, or those that the context wants. */
export function createDevices(
  plan: BusPlan,
  contextOf: (firstUnitId: UnitId) => DeviceContext & { isWanted?: boolean },
): Device[] {
  const devices: Device[] = [];
  for (const cabinet of plan.cabinets) {
    const context = contextOf(cabinet.firstUnitId);
    if (context.isWanted !== false) devices.push(createCabinet(context, cabinet));
  }
  for (const meter of plan.meters) {
    const context = contextOf(meter.unitId);
    if (context.isWanted !== false) devices.push(createMeter(context, meter));
  }
  return devices;
}
