import type { Phase } from "../../circuit/mains.ts";
import { createMeterClock } from "../../circuit/meter-clock.ts";
import { NO_LOAD_CONTROL } from "../../circuit/meter-rules.ts";
import { createCircuit, type Device, type DeviceContext } from "../device.ts";
import { WH_PER_STEP } from "../register-rows.ts";
import { MeterPassword } from "./access.ts";
import { Dlt645Functions } from "./functions.ts";
import type { Dlt645View } from "./readings.ts";
import { RelayOrders } from "./relay-orders.ts";
import { Dlt645Settings } from "./settings.ts";

/** Six digits before the point, two after. */
const ENERGY_MODULUS_WH = 1_000_000_000;
/** Keys of what is no identifier of the standard, in the kept items. */
const KEPT = { address: 0xf0000001, password: 0xf0000002, orders: 0xf0000003, count: 0xf0000004 } as const;

export interface Dlt645PrepaidPlan {
  /** Twelve digits; also its number. */
  unitId: string;
  /** What it holds: money at a price, kWh, or nothing. */
  credit: "money" | "energy" | "none";
  /** Of its first purchase; without one its account is not opened. */
  initialCreditMinor?: number | undefined;
  password: string;
  rateCount: number;
}

const textOf = (bytes: readonly number[] | undefined) =>
  bytes ? Buffer.from(bytes).toString("utf8") : undefined;
const bytesOf = (text: string) => [...Buffer.from(text, "utf8")];

/** A single-phase prepaid meter with relay that speaks DL/T 645-2007. */
export function createDlt645Prepaid(context: DeviceContext, plan: Dlt645PrepaidPlan): Device {
  const initialState = context.circuitState(plan.unitId, 1);
  const meterClock = createMeterClock(
    context.nowMs,
    context.utcOffsetMinutes,
    context.state?.clockErrorMs ?? 0,
  );
  const settings = new Dlt645Settings(context.state?.items);
  const orders = new RelayOrders(settings.read(KEPT.orders));
  const password = new MeterPassword(textOf(settings.read(KEPT.password)) ?? plan.password);
  const address = { digits: textOf(settings.read(KEPT.address)) ?? plan.unitId };
  const isAccountOpened = plan.initialCreditMinor !== undefined && initialState === undefined;
  const purchase = { count: Number(textOf(settings.read(KEPT.count)) ?? (isAccountOpened ? 1 : 0)) };
  let isBatteryLow = false;
  const circuit = createCircuit(context, {
    unitId: plan.unitId,
    loop: 1,
    profile: "dlt645-prepaid",
    variant: "single-phase",
    phaseCount: 1,
    supplyPhase: (Number(plan.unitId.slice(-1)) % 3) as Phase,
    energyModulusWh: ENERGY_MODULUS_WH,
    energyStepWh: WH_PER_STEP,
    serialNumber: plan.unitId,
    meterClock,
    initialState,
    rules: {
      forced: () => orders.forced(),
      credit: () => ({
        isOn: plan.credit !== "none" && purchase.count > 0,
        // 0.0001 of money is 0.01 of the smallest unit; a meter that holds energy takes 100 units of 0.01 kWh for each kWh.
        priceMilliPerKWh: plan.credit === "energy" ? 100_000 : 10 * settings.value("priceTenThousandths"),
        alarm1Minor: settings.value("alarm1Minor"),
        alarm2Minor: settings.value("alarm2Minor"),
        overdraftMinor: settings.value("overdraftMinor"),
        closeAboveMinor: settings.value("closePermitMinor") || -settings.value("overdraftMinor"),
        basicMinor: 0,
      }),
      purchaseCount: () => purchase.count,
      loadControl: () => NO_LOAD_CONTROL,
      countTrip: () => {},
      isTimeOff: () => false,
      nextLookMs: () => Number.POSITIVE_INFINITY,
    },
  });
  if (isAccountOpened) circuit.credit(plan.initialCreditMinor ?? 0);
  const view = (): Dlt645View => ({
    circuit: circuit.view(),
    address: address.digits,
    credit: plan.credit,
    isBatteryLow,
    isAlarmOn: orders.isAlarmOn,
    isKeepPowerOn: orders.isKeepPowerOn,
    rateCount: plan.rateCount,
  });
  const keepOwn = () => {
    settings.keep(KEPT.address, bytesOf(address.digits));
    settings.keep(KEPT.password, bytesOf(password.digits));
    settings.keep(KEPT.orders, orders.entries());
    settings.keep(KEPT.count, bytesOf(String(purchase.count)));
  };
  return {
    profile: "dlt645-prepaid",
    firstUnitId: plan.unitId,
    circuits: [circuit],
    banks: new Map(),
    meterClock,
    dlt645: new Dlt645Functions({
      circuit,
      meterClock,
      settings,
      orders,
      password,
      baud: context.line.baud,
      view,
      address,
      purchase,
      onDurableChange: () => context.onDurableChange?.(),
    }),
    replace: (_circuit, serialNumber, energyWh) => {
      settings.reset();
      purchase.count = 0;
      orders.obey("close");
      orders.obey("end-alarm");
      orders.obey("end-keep-power");
      circuit.replaceMeter(serialNumber, energyWh);
    },
    setBatteryLow: (isLow) => {
      isBatteryLow = isLow;
    },
    pressKey: () => {
      circuit.sync();
      orders.pressKey();
      context.onDurableChange?.();
      circuit.obey();
    },
    state: () => {
      keepOwn();
      return { clockErrorMs: meterClock.errorMs(), written: [], items: settings.entries() };
    },
    circuitStateOf: () => ({ ...circuit.state(), parameters: [] }),
  };
}
