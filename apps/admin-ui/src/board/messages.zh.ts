import type { Translated } from "../i18n/translated.ts";
import type { boardEn } from "./messages.en.ts";

export const boardZh: Translated<typeof boardEn> = {
  board: {
    title: "看板",
    search: "查找房间或姓名",
    filter: "只看房间状态",
    all: "全部",
    counts: "%{smart_count} 个房间",
    floor: "%{floor} 层",
    loadNow: "当前用电 %{power}",
    floorCounts: "%{on}/%{all} 间通电",
    noMatch: "没有符合的房间",
    noMatchHelp: "请更改搜索或筛选。",
    clear: "显示全部房间",
    empty: "还没有房间",
    emptyHelp: "请为此站点添加楼栋、房间和回路；网关读到电表后，房间会显示在这里。",
    open: "房间 %{room}",
    vacant: "空置",
    days: "%{smart_count} 天",
    alarms: "%{smart_count} 条告警",
    why: "为什么断电？",
    whyOn: "没有任何原因使该回路断电。",
    balance: "余额",
    sell: "售电",
    household: "用户",
    circuit: "回路",
  },
};
