import type { Translated } from "../i18n/translated.ts";
import type { homeEn } from "./messages.en.ts";

export const homeZh: Translated<typeof homeEn> = {
  home: {
    title: "首页",
    sell: "售电",
    sales: "最近售电",
    toDesk: "打开售电台",
    noSales: "还没有售电记录。",
    rooms: "房间现况",
    toBoard: "打开看板",
    byBuilding: "%{building}：%{counts}",
    nobody: "还没有房间",
    alarms: "%{smart_count} 条未处理告警",
    noAlarms: "没有未处理告警",
    refunds: "待审批的退费",
    allRefunds: "全部退费",
    noRefunds: "没有待审批的退费。",
    grants: "近期补助",
    allGrants: "全部补助方案",
    jobs: "进行中",
    allJobs: "全部任务",
    noJobs: "没有进行中或需处理的任务。",
  },
};
