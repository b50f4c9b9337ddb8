import type { Translated } from "../i18n/translated.ts";
import type { usersEn } from "./messages.en.ts";

export const usersZh: Translated<typeof usersEn> = {
  users: {
    empty: "没有账号",
    emptyHelp: "可用“hallmeter user add”添加。",
    allSites: "全部站点",
  },
};
