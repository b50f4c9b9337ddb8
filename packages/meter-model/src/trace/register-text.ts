import { UNITS, unitOf } from "../profile/units.ts";

export type TextLanguage = "en" | "zh";
type Names = readonly [english: string, chinese: string];

/** What the parts of register names mean; # is the number within the part, else it stands behind. */
const PARTS: Readonly<Record<string, Names>> = {
  phaseA: ["phase A", "A 相"],
  phaseB: ["phase B", "B 相"],
  phaseC: ["phase C", "C 相"],
  lineAB: ["line AB", "AB 线"],
  lineBC: ["line BC", "BC 线"],
  lineCA: ["line CA", "CA 线"],
  zeroSequence: ["zero sequence", "零序"],
  tip: ["sharp peak", "尖"],
  peak: ["peak", "峰"],
  flat: ["flat", "平"],
  valley: ["valley", "谷"],
  prepaid: ["prepayment,", "预付费："],
  timeControl: ["time control,", "时控："],
  loadControl: ["load control,", "负荷控制："],
  forcedControl: ["forced control,", "强制控制："],
  system: ["system,", "系统："],
  module: ["module,", "模块："],
  voltage: ["voltage", "电压"],
  current: ["current", "电流"],
  activePower: ["active power", "有功功率"],
  reactivePower: ["reactive power", "无功功率"],
  powerFactor: ["power factor", "功率因数"],
  frequency: ["frequency", "频率"],
  energy: ["energy", "电能"],
  totalEnergy: ["total energy", "总电能"],
  forwardEnergy: ["forward energy", "正向电能"],
  reverseEnergy: ["reverse energy", "反向电能"],
  reactiveEnergy: ["reactive energy", "无功电能"],
  totalReactiveEnergy: ["total reactive energy", "总无功电能"],
  forwardReactiveEnergy: ["forward reactive energy", "正向无功电能"],
  reverseReactiveEnergy: ["reverse reactive energy", "反向无功电能"],
  voltageHarmonic: ["voltage harmonic #", "# 次电压谐波"],
  voltageHarmonicTotal: ["voltage THD", "电压总谐波畸变率"],
  currentHarmonic: ["current harmonic #", "# 次电流谐波"],
  currentHarmonicTotal: ["current THD", "电流总谐波畸变率"],
  voltageUnbalance: ["voltage unbalance", "电压不平衡度"],
  currentUnbalance: ["current unbalance", "电流不平衡度"],
  remaining: ["credit left", "剩余金额"],
  remainingEnergy: ["energy left", "剩余电量"],
  purchased: ["purchased", "购电金额"],
  purchaseCount: ["purchases", "购电次数"],
  newPurchase: ["new purchase", "新购电金额"],
  basic: ["basic amount", "基础金额"],
  basicRemaining: ["basic amount left", "基础剩余金额"],
  overLimit: ["beyond the limit", "超限金额"],
  overdraft: ["overdraft", "透支金额"],
  overdraftLimit: ["overdraft limit", "透支限额"],
  hoardingLimit: ["hoarding limit", "囤积限额"],
  closePermit: ["credit for closing", "合闸允许金额"],
  alarm: ["alarm", "报警金额"],
  status: ["status", "状态字"],
  statusWord: ["status", "状态字"],
  verdicts: ["verdicts", "判定字"],
  recovery: ["recovery", "恢复时间"],
  overloadRecovery: ["overload recovery", "过载恢复时间"],
  relayCommand: ["relay command", "继电器命令"],
  coverOpenCount: ["cover openings", "开盖次数"],
  tipPrice: ["sharp peak price", "尖电价"],
  peakPrice: ["peak price", "峰电价"],
  flatPrice: ["flat price", "平电价"],
  valleyPrice: ["valley price", "谷电价"],
  switch: ["switch", "开关"],
  switchTwin: ["second switch", "第二开关"],
  open: ["open", "断开"],
  workday: ["workday switching", "工作日时段"],
  restDay: ["rest day switching", "休息日时段"],
  restDays: ["rest days", "休息日"],
  maximumPower: ["power limit", "功率上限"],
  powerIncrement: ["power step", "功率增量"],
  tripCount: ["trips", "跳闸次数"],
  allowedTrips: ["trips allowed", "允许跳闸次数"],
  voltageLoss: ["voltage loss", "失压阈值"],
  category: ["kind", "类别"],
  singlePhase: ["single-phase circuits", "单相回路"],
  threePhase: ["three-phase circuits", "三相回路"],
  singlePhaseCircuits: ["number of single-phase circuits", "单相回路数"],
  threePhaseCircuits: ["number of three-phase circuits", "三相回路数"],
  totalSinglePhaseCircuits: ["number of circuits counted as single-phase", "折合单相回路数"],
  transformerCircuits: ["circuits with transformers", "互感器回路数"],
  address: ["address", "地址"],
  addressRearrangement: ["address order", "地址重排"],
  line: ["line", "通信参数"],
  password: ["password", "密码"],
  protocol: ["protocol", "通信规约"],
  forcedControlMark: ["forced control mark", "强控标志"],
  icCard: ["card reader", "IC 卡"],
  clockSecondMinute: ["clock, second and minute", "时钟秒分"],
  clockHourWeekday: ["clock, hour and weekday", "时钟时与星期"],
  clockDayMonth: ["clock, day and month", "时钟日月"],
  clockYear: ["clock, year", "时钟年"],
  frame: ["frame", "机架"],
  vacantBoard: ["vacant boards", "空槽位"],
  rateTable: ["rate table", "费率表"],
  seasons: ["seasons", "时区"],
  orderNumber: ["order number", "订单号"],
  backlightTime: ["backlight time", "背光时间"],
  serial: ["serial number", "序列号"],
  serialDigits: ["serial number", "表号"],
  meterType: ["meter type", "电表类型"],
  digitalInputs: ["digital inputs", "开关量输入"],
  digitalOutputs: ["digital outputs", "开关量输出"],
  inputDebounce: ["input debounce", "输入去抖"],
  wiring: ["wiring", "接线方式"],
  ptRatio: ["PT ratio", "PT 变比"],
  ctRatio: ["CT ratio", "CT 变比"],
  pulseOutput: ["pulse output", "脉冲输出"],
  pulseWidth: ["pulse width", "脉冲宽度"],
  pulseInterval: ["pulse interval", "脉冲间隔"],
  wireless: ["wireless", "无线"],
  ethernet: ["Ethernet", "以太网"],
  debug: ["debug", "调试"],
  gatewayIp: ["gateway address", "网关地址"],
  subnetMask: ["subnet mask", "子网掩码"],
  ip: ["IP address", "IP 地址"],
  mac: ["MAC address", "MAC 地址"],
  tcpPort: ["TCP port", "TCP 端口"],
  // A part that is a number alone: "rateTable1.01Word".
  "": ["entry #", "第 # 项"],
};

const withoutUnit = (name: string): string => {
  const unit = unitOf(name);
  return unit === undefined || !(unit in UNITS) ? name : name.slice(0, -unit.length);
};

function partText(part: string, language: TextLanguage): string {
  const number = /\d+/.exec(part)?.[0];
  const names = PARTS[part.replace(/\d+/, "")];
  if (names === undefined) return part;
  const text = names[language === "en" ? 0 : 1];
  if (number === undefined) return text;
  return text.includes("#") ? text.replace("#", String(Number(number))) : `${text} ${Number(number)}`;
}

/** A register's name for a person: "phaseA.voltageDv" → "phase A voltage", "A 相电压". A part without a text stays as it is. */
export function registerText(name: string, language: TextLanguage): string {
  const parts = withoutUnit(name)
    .split(".")
    .map((part) => partText(part, language));
  if (language === "en") return parts.join(" ");
  // Chinese and figures or Latin letters stand a space apart.
  return parts.reduce((told, part) => {
    const meetsLatin = /\w$/.test(told) || (/^\w/.test(part) && !told.endsWith("："));
    return told + (meetsLatin ? " " : "") + part;
  });
}
