import { ALARM_NAMES, SEVERITY_NAMES } from "./alarm-names.ts";
import type { NoticeParams } from "./notice.ts";
import type { NoticeTexts } from "./notice-texts.ts";

type PowerOff = NoticeParams["power-off"];

const HOLDS: Readonly<Record<PowerOff["hold"], readonly [why: string, whatToDo: string]>> = {
  lockout: ["维修人员已挂牌停电检修。", "检修结束后恢复供电。"],
  safety: ["电表或开关可能存在安全隐患。", "维修人员将前来检查。"],
  manual: ["管理人员已将其断开。", "请与管理处联系。"],
  overload: ["用电超过回路限额。", "请关闭部分电器。"],
  "vicious-load": ["接入了不允许使用的电热器具。", "请拔下该电器；系统会自动重试送电，也可联系管理处。"],
  reminder: ["余额不足。", "请在个人页面确认提醒，或充值。"],
  schedule: ["按时间表断电。", "到下一供电时段自动恢复。"],
  campaign: ["电网要求降低负荷。", "错峰结束后恢复供电。"],
};

export const NOTICE_TEXTS_ZH: NoticeTexts = {
  "balance-low": ({ balanceMinor, levelMinor }, { money }) => ({
    title: `余额已低于 ${money(levelMinor)}`,
    text: `剩余 ${money(balanceMinor)}，请尽快充值。`,
  }),
  "balance-reminder": ({ balanceMinor }, { money }) => ({
    title: `余额即将用完：${money(balanceMinor)}`,
    text: "余额用完后将断电，请立即充值。",
  }),
  "balance-cut": ({ balanceMinor, releaseMinor }, { money }) => ({
    title: "已断电：余额用完",
    text:
      (balanceMinor === null ? "" : `当前余额 ${money(balanceMinor)}。`) +
      (releaseMinor === null ? "充值后自动恢复供电。" : `余额高于 ${money(releaseMinor)} 后自动恢复供电。`),
  }),
  "power-off": ({ hold, until, note }, { instant }) => {
    const [why, whatToDo] = HOLDS[hold];
    const end = until === null ? "" : `最迟于 ${instant(until)} 结束。`;
    return { title: "已断电", text: `${why}${note === null ? "" : `（${note}）`}${whatToDo}${end}` };
  },
  "power-back": ({ offSince }, { instant }) => ({
    title: "已恢复供电",
    text: `断电始于 ${instant(offSince)}。`,
  }),
  "credit-received": ({ amountMinor, balanceAfterMinor }, { money }) => ({
    title: `已收到充值 ${money(amountMinor)}`,
    text: `充值后余额 ${money(balanceAfterMinor)}。收据可在个人页面查看。`,
  }),
  "grant-received": ({ commodity, amount, name, expiresAt }, { money, energy, instant }) => ({
    title: `已收到补贴：${commodity === "Wh" ? energy(amount) : money(amount)}`,
    text: `${name}。${expiresAt === null ? "长期有效。" : `有效期至 ${instant(expiresAt)}。`}`,
  }),
  "refund-done": ({ amountMinor }, { money }) => ({
    title: `已退款 ${money(amountMinor)}`,
    text: "账户已结清并关闭，结算单请向管理处领取。",
  }),
  "abnormal-use": ({ day, wh, usualWh }, words) => ({
    title: `${words.day(day)}用电异常：${words.energy(wh)}`,
    text: `往常每周这一天的用电量约为 ${words.energy(usualWh)}，请检查是否有电器未关。`,
  }),
  "vacant-use": ({ day, wh, circuit }, words) => ({
    title: `空置房间用电：${circuit}`,
    text: `${words.day(day)}用电 ${words.energy(wh)}，但无人入住。`,
  }),
  "sale-failed": ({ amountMinor, state }, { money }) => ({
    title: `${money(amountMinor)} 的充值${state === "failed" ? "未能写入" : "可能未写入"}电表`,
    text: "请查看该笔充值：待电表读数确认后，重新充值或撤销。",
  }),
  alarm: ({ alarm, severity, subject }) => ({
    title: `${SEVERITY_NAMES[severity].zh}：${ALARM_NAMES[alarm].zh}`,
    text: subject,
  }),
};
