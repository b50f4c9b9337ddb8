import type { Locale } from "../i18n/translated.ts";

/** Why a scan or a relay test did not go its way, as gateways say it. */
const DETAILS: Readonly<Record<string, string>> = {
  "this circuit must keep its power": "该回路必须保电",
  "the circuit is tagged out": "该回路已检修挂牌",
  "the relay is not closed, so it cannot be seen to open and close": "继电器未闭合，无法观察其断开与闭合",
  "the unit does not answer": "电表无应答",
  "the relay did not follow before": "继电器此前未动作",
  "a test is under way": "测试正在进行",
  "a scan of this bus is under way": "该总线正在扫描",
  "the gateway does not know this bus yet": "网关尚未收到该总线的配置",
  "the gateway does not know this circuit yet": "网关尚未收到该回路的配置",
  "no result in time": "未在规定时间内得到结果",
  "other holds keep the circuit open": "其他原因使该回路保持断开",
  "the bus was closed": "总线已关闭",
  "the bus is not connected": "总线未连接",
  "the line never falls silent": "线路始终不空闲",
};

/** What a gateway says of a failure, in the reader's language where it is known. */
export const detailText = (detail: string, locale: Locale): string =>
  locale === "zh" ? (DETAILS[detail] ?? detail) : detail;
