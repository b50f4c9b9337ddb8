import type { Hold, HoldReason } from "@hallmeter/meter-model";
import type { WaitReason } from "../../src/control/safety/decide-operation.ts";
import type { CircuitView } from "../../src/web/api/circuit-view.ts";
import type { Language } from "./text.ts";

type ShownHold = CircuitView["holds"][number];

/** English comes from the gateway, which tells it in the same words to everybody. */
const HELD = {
  "tagged-out": "检修挂牌",
  "current-above-switch-rating": "电流超过开关额定值",
  "meter-fault": "电表报告故障",
  "switched-off-by-staff": "工作人员关断",
  "power-above-limit": "功率超过上限",
  "current-above-limit": "电流超过上限",
  "vicious-step": "接入了电热器具",
  "vicious-level": "电热负荷逐渐累积",
  "balance-used-up": "预付电费已用完",
  "balance-low": "预付电费不足",
  "off-period": "时间表断电时段",
  "load-shedding": "电网要求降低负荷",
} as const satisfies Record<HoldReason, string>;

const WAITS = {
  "relay-unknown": "尚未读到继电器状态",
  "relay-fault": "继电器三次未执行命令",
  "not-commissioned": "此回路的继电器命令与回读尚未验证",
  "meter-changed": "此处的电表不是投运时的电表",
  "power-returned": "来电后的首批读数仍在核对",
  "current-above-rating": "电流超过开关额定值",
  "too-often": "一小时内自动操作次数过多",
  "too-soon": "刚刚断开",
  "protected-time": "此时段不因欠费断电",
  "load-side-live": "负荷侧由其他电源供电",
  "load-side-not-proved-dead": "有第二电源，负荷侧尚未确认无电",
} as const satisfies Record<WaitReason, string>;

/** The numbers behind a hold: measured, then the limit. */
const FIGURES = [
  { param: "powerW", label: "实测", show: (value: number) => `${value} W` },
  { param: "currentCa", label: "实测", show: (value: number) => `${(value / 100).toFixed(2)} A` },
  { param: "stepW", label: "阶跃", show: (value: number) => `${value} W` },
  { param: "limitW", label: "上限", show: (value: number) => `${value} W` },
  { param: "limitCa", label: "上限", show: (value: number) => `${(value / 100).toFixed(2)} A` },
  { param: "ratingCa", label: "额定", show: (value: number) => `${(value / 100).toFixed(2)} A` },
] as const;

/** What people and rules have named themselves stays as they wrote it. */
const NAMES = ["note", "rule", "campaign"] as const;

function detailsOf({ reason, params, origin }: Hold): string[] {
  const who = reason === "tagged-out" || reason === "switched-off-by-staff" ? [origin.name] : [];
  const figures = FIGURES.flatMap(({ param, label, show }) => {
    const value = params[param];
    return typeof value === "number" ? [`${label} ${show(value)}`] : [];
  });
  const names = NAMES.flatMap((name) => {
    const value = params[name];
    return typeof value === "string" && value !== "" ? [value] : [];
  });
  return [...who, ...figures, ...balanceOf(params), ...names];
}

function balanceOf({ balanceMinor, currency, currencyDigits }: Hold["params"]): string[] {
  if (typeof balanceMinor !== "number") return [];
  const digits = typeof currencyDigits === "number" ? currencyDigits : 2;
  const amount = (balanceMinor / 10 ** digits).toFixed(digits);
  return [`余额 ${amount}${typeof currency === "string" ? ` ${currency}` : ""}`];
}

/** Why the circuit is held open. */
export function holdText(language: Language, hold: ShownHold): string {
  if (language === "en") return hold.text;
  const details = detailsOf(hold);
  return details.length === 0 ? HELD[hold.reason] : `${HELD[hold.reason]}（${details.join("，")}）`;
}

/** Why the relay is left as it is. */
export function waitText(language: Language, wait: NonNullable<CircuitView["waitsFor"]>): string {
  return language === "en" ? wait.text : WAITS[wait.why];
}
