import type { Translated } from "../i18n/translated.ts";
import type { tariffsEn } from "./messages.en.ts";

export const tariffsZh: Translated<typeof tariffsEn> = {
  tariffs: {
    empty: "还没有电价",
    emptyHelp: "由系统管理员或校园管理员设定首个电价。",
    rates: "费率",
    timetable: "时间表",
    from: "生效时间",
    flat: "全天",
    standing: "基本费 %{price}",
    day: "天",
    tax: "税 %{percent} %",
    blocks: "每月超过 %{energy} 加价",
    yearBlocks: "每年超过 %{energy} 加价",
    demand: "%{name}：%{price}",
    month: "月",
    dayTypes: { workday: "工作日", "rest-day": "休息日", holiday: "节假日" },
  },
};
