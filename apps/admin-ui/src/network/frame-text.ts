import type { Locale } from "../i18n/translated.ts";

/** What a frame does, as the gateway names it in English. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  "read coils": "读线圈",
  "read inputs": "读离散输入",
  "read holding registers": "读保持寄存器",
  "read input registers": "读输入寄存器",
  "write coil": "写线圈",
  "write register": "写单个寄存器",
  "write coils": "写多个线圈",
  "write registers": "写多个寄存器",
  readAddress: "读通信地址",
  read: "读数据",
  write: "写数据",
  control: "跳合闸、报警、保电",
};

type Sentence = readonly [pattern: RegExp, chinese: (...parts: string[]) => string];

/** The sentences a line has most of; the first that fits. */
const SENTENCES: readonly Sentence[] = [
  [/^refuses to (.+): (.+)$/, (name = "", why = "") => `拒绝${FUNCTIONS[name] ?? name}：${why}`],
  [/^(\d+) registers?: (.+)$/, (count = "", words = "") => `${count} 个寄存器：${words}`],
  [/^(read [a-z ]+|write [a-z ]+) (0x.+)$/, (name = "", rest = "") => `${FUNCTIONS[name] ?? name} ${rest}`],
];

/** A frame's sentence in the reader's language; what has no translation stays as it is. */
export function frameText(text: string, locale: Locale): string {
  if (locale === "en") return text;
  for (const [pattern, chinese] of SENTENCES) {
    const match = pattern.exec(text);
    if (match !== null) return chinese(...match.slice(1));
  }
  return text;
}
