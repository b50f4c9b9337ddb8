import type { TextLanguage } from "./register-text.ts";

/** What a frame does, as the decoder names it in English. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  "read coils": "读线圈",
  "read inputs": "读离散输入",
  "read holding registers": "读保持寄存器",
  "read input registers": "读输入寄存器",
  "write coil": "写线圈",
  "write register": "写单个寄存器",
  "write coils": "写多个线圈",
  "write registers": "写多个寄存器",
  broadcastTime: "广播校时",
  readMore: "读后续数据",
  readAddress: "读通信地址",
  writeAddress: "写通信地址",
  changeBaud: "更改速率",
  changePassword: "修改密码",
  clearDemand: "需量清零",
  clearMeter: "电表清零",
  clearEvents: "事件清零",
  control: "跳合闸、报警、保电",
  freeze: "冻结",
  read: "读数据",
  write: "写数据",
};

/** Why a unit says no: the texts of the gateway's errors and of a DL/T 645 error word. */
const REFUSALS: Readonly<Record<string, string>> = {
  "no standard meaning": "无标准含义",
  "the unit does not know this function": "单元不支持此功能",
  "the unit does not have this register": "单元没有此寄存器",
  "the unit refuses this value": "单元拒绝此数值",
  "the unit reports a failure of its own": "单元自身故障",
  "the unit is busy": "单元忙",
  "a gateway on the way cannot reach the unit": "途中的网关无法到达单元",
  "password wrong or not authorised": "密码错误或未授权",
  "no such data": "无请求数据",
  "the baud rate cannot be changed": "通信速率不能更改",
  "too many year zones": "年时区数超",
  "too many day slots": "日时段数超",
  "too many rates": "费率数超",
  "another error": "其他错误",
};

type Sentence = readonly [pattern: RegExp, chinese: (...parts: string[]) => string];

const functionText = (name: string) => FUNCTIONS[name] ?? name.replace(/^function /, "功能 ");
const refusalText = (why: string) =>
  REFUSALS[why] ??
  why
    .split(", ")
    .map((part) => REFUSALS[part] ?? part.replace(/^error word /, "错误字 "))
    .join("、");

/** Every sentence of the decoder; the first that fits. */
const SENTENCES: readonly Sentence[] = [
  [
    /^refuses to (.+): exception (\d+), (.+)$/,
    (name = "", code = "", why = "") => `拒绝${functionText(name)}：异常 ${code}，${refusalText(why)}`,
  ],
  [
    /^refuses (\S+|function \S+): (.+)$/,
    (name = "", why = "") => `拒绝${functionText(name)}：${refusalText(why)}`,
  ],
  [/^done: (.+)$/, (name = "") => `完成：${functionText(name)}`],
  [/^(\d+) registers: (.*)$/, (count = "", words = "") => `${count} 个寄存器：${words}`],
  [
    /^(\d+) bytes of no frame: (.+?) … (\d+) more$/,
    (count = "", bytes = "", more = "") => `${count} 字节不成帧：${bytes} … 另有 ${more} 字节`,
  ],
  [/^(\d+) bytes of no frame: (.*)$/, (count = "", bytes = "") => `${count} 字节不成帧：${bytes}`],
  [
    /^((?:read|write) (?:coils?|inputs|holding registers|input registers|registers?)|function \d+) (0x.+)$/,
    (name = "", rest = "") => `${functionText(name)} ${rest}`,
  ],
  [
    /^([a-zA-Z]+|function \S+)((?: [0-9A-F]{8})?)(?:: (.*?))?(, more follows)?$/,
    (name = "", dataId = "", bytes, more) =>
      `${functionText(name)}${dataId}${bytes === undefined ? "" : `：${bytes}`}${more === undefined ? "" : "，有后续帧"}`,
  ],
];

/** What the gateway's decoder says of a frame, in the reader's language; what no sentence fits stays as it is. */
export function frameText(text: string, language: TextLanguage): string {
  if (language === "en") return text;
  for (const [pattern, chinese] of SENTENCES) {
    const match = pattern.exec(text);
    if (match !== null) return chinese(...match.slice(1));
  }
  return text;
}
