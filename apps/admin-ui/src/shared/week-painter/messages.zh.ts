import type { Translated } from "../../i18n/translated.ts";
import type { painterEn } from "./messages.en.ts";

export const painterZh: Translated<typeof painterEn> = {
  painter: {
    help: "方向键按 15 分钟移动，按住 Control 按小时移动；按住 Shift 可选择。回车键用当前画笔绘制，数字键 1 至 9 用对应画笔，Delete 清除，Control Z 撤销。",
    yearHelp:
      "方向键按天移动，按住 Control 按周移动；按住 Shift 可选择。回车键绘制当前季节，数字键 1 至 9 绘制对应季节，Delete 清除，Control Z 撤销。",
    hint: "拖动即可绘制。键盘：方向键移动，Shift 选择，1–9 或回车绘制，Delete 清除。",
    brush: "画笔",
    wipe: "清除",
    undo: "撤销",
    redo: "重做",
    axis: "一天的起止",
    midnight: "0 点至 24 点",
    noon: "中午至次日中午",
    blank: "未设定",
    copy: "复制某一天",
    copyFrom: "从",
    copyTo: "到",
    copyDo: "复制",
    periods: "时段列表",
    from: "开始",
    to: "结束",
    overnight: "跨夜",
    paintRange: "绘制",
    remove: "删除 %{range}",
    day: "日期类型",
    allDays: "每一天",
    nothing: "尚无时段",
    dayTypes: { workday: "工作日", "rest-day": "休息日", holiday: "节假日" },
  },
};
