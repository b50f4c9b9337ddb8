export {
  APPLIANCE_KIND_NAMES,
  APPLIANCE_KINDS,
  type ApplianceKindName,
} from "./appliance/appliance-kinds.ts";
export type { DailyUse } from "./appliance/daily-use.ts";
export type { CircuitTruth } from "./circuit/switched-circuit.ts";
export type { CancelTimer, Clock } from "./clock/clock.ts";
export { createRealClock } from "./clock/real-clock.ts";
export { createScaledClock } from "./clock/scaled-clock.ts";
export { createVirtualClock, type VirtualClock } from "./clock/virtual-clock.ts";
export { PROFILES, type ProfileName } from "./device/device.ts";
export { SimulatorError, type SimulatorErrorCode } from "./errors.ts";
export { type Fault, type FaultInput, type FaultKind, faultSchema } from "./fault/fault.ts";
export type { Emission } from "./line/emission.ts";
export {
  createHub,
  type Distortion,
  type Hub,
  type HubListener,
  type HubOptions,
  type HubPort,
  type HubStatistics,
  UART_FIFO_CHARACTERS,
  WHOLE_FRAME_CHARACTERS,
} from "./line/hub.ts";
export { bitsPerCharacter, characterMs, silenceMs } from "./line/line-timing.ts";
export { EXCEPTION, type ExceptionCode, type RegisterBank } from "./modbus/register-bank.ts";
export {
  createRtuStation,
  type RtuStation,
  type RtuStationOptions,
} from "./modbus/rtu-station.ts";
export { type Random, randomStream } from "./random.ts";
export { dialIn } from "./reach/dial-in-client.ts";
export { listenOnModbusTcp } from "./reach/modbus-tcp-listener.ts";
export { listenOnPty } from "./reach/pty-listener.ts";
export { listenOnTcp } from "./reach/tcp-listener.ts";
export { playScenario } from "./scenario/play-scenario.ts";
export { parseScenario, type Scenario, type ScenarioInput, type ScenarioStep } from "./scenario/scenario.ts";
export { type SeededSiteOptions, seededSite } from "./seeded/seeded-site.ts";
export {
  type BusReach,
  type SimulatedSite,
  type SimulatedSiteOptions,
  startSimulatedSite,
} from "./site/simulated-site.ts";
export {
  createSiteCore,
  type SiteCircuitTruth,
  type SiteControl,
  type SiteCore,
  type SiteCoreOptions,
} from "./site/site-core.ts";
export {
  type AppliancePlanInput,
  parseSite,
  type SiteFile,
  type SiteFileInput,
  siteFileSchema,
} from "./site/site-file.ts";
export { type CircuitPlace, unitsOfBus } from "./site/units-of-bus.ts";
