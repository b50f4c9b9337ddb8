import type { AlarmKind, Severity } from "@hallmeter/meter-model";
import type { User } from "../users/user.model.ts";

type Locale = User["locale"];

export const ALARM_NAMES: Readonly<Record<AlarmKind, Readonly<Record<Locale, string>>>> = {
  "bus-down": { en: "Bus is down", zh: "总线中断" },
  "bus-jammed": { en: "Bus is jammed", zh: "总线堵塞" },
  "unit-offline": { en: "Meter does not answer", zh: "电表无响应" },
  "duplicate-address": { en: "Two meters share an address", zh: "电表地址重复" },
  "relay-fault": { en: "Relay does not follow", zh: "继电器未动作" },
  "meter-fault": { en: "Meter fault", zh: "电表故障" },
  "current-above-switch-rating": { en: "Current above the switch's rating", zh: "电流超过开关额定值" },
  "vicious-load": { en: "Forbidden appliance", zh: "违规电器" },
  overload: { en: "Overload", zh: "过载" },
  "low-balance": { en: "Low balance", zh: "余额低" },
  "bulk-cut-paused": { en: "Many cuts at once, paused", zh: "批量断电已暂停" },
  "switching-too-often": { en: "Switching too often", zh: "开关过于频繁" },
  "store-full": { en: "Store is full", zh: "存储已满" },
  "gateway-offline": { en: "Gateway is offline", zh: "网关离线" },
  "register-suspect": { en: "Doubtful register", zh: "读数可疑" },
  "sale-doubtful": { en: "Doubtful sale to a meter", zh: "充值写表存疑" },
  "payment-doubtful": { en: "Doubtful online payment", zh: "网上支付存疑" },
  "use-held": { en: "Use waits for a decision", zh: "用电量待审核" },
  "meter-stuck": { en: "Meter stands still", zh: "电表读数停滞" },
  "no-use": { en: "No use for a week", zh: "连续一周无用电" },
  "vacant-use": { en: "A vacant room uses power", zh: "空置房间用电" },
  "clock-off": { en: "Gateway clock is off", zh: "网关时钟偏差" },
  "sum-differs": { en: "Sum differs from master meter", zh: "分表之和与总表不符" },
  "meter-changed": { en: "Another meter", zh: "电表已更换" },
  "meter-clock": { en: "Meter's clock is wrong", zh: "电表时钟超差" },
  "parameters-differ": { en: "Parameters differ", zh: "参数不一致" },
  "meter-cover-open": { en: "Meter cover opened", zh: "电表开盖" },
  "phase-loss": { en: "Phase lost", zh: "断相" },
  "phase-reversal": { en: "Phases reversed", zh: "逆相序" },
  "meter-battery": { en: "Meter battery low", zh: "电表电池欠压" },
};

export const SEVERITY_NAMES: Readonly<Record<Severity, Readonly<Record<Locale, string>>>> = {
  info: { en: "Information", zh: "提示" },
  low: { en: "Low", zh: "低" },
  medium: { en: "Medium", zh: "中" },
  high: { en: "High", zh: "高" },
  critical: { en: "Critical", zh: "紧急" },
};
