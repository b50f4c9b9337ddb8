import { alarmsZh } from "../alarms/messages.zh.ts";
import { auditZh } from "../audit/messages.zh.ts";
import { boardZh } from "../board/messages.zh.ts";
import { cardsZh } from "../cards/messages.zh.ts";
import { circuitsZh } from "../circuits/messages.zh.ts";
import { deskZh } from "../desk/messages.zh.ts";
import { firstRunZh } from "../first-run/messages.zh.ts";
import { grantsZh } from "../grants/messages.zh.ts";
import { homeZh } from "../home/messages.zh.ts";
import { householdsZh } from "../households/messages.zh.ts";
import { integrationZh } from "../integration/messages.zh.ts";
import { jobsZh } from "../jobs/messages.zh.ts";
import { networkZh } from "../network/messages.zh.ts";
import { refundsZh } from "../refunds/messages.zh.ts";
import { reportsZh } from "../reports/messages.zh.ts";
import { rulesZh } from "../rules/messages.zh.ts";
import { pickerZh } from "../shared/household-picker/messages.zh.ts";
import { painterZh } from "../shared/week-painter/messages.zh.ts";
import { tariffsZh } from "../tariffs/messages.zh.ts";
import { tillsZh } from "../tills/messages.zh.ts";
import { usersZh } from "../users/messages.zh.ts";
import { commonZh } from "./common.zh.ts";
import type { consoleEn } from "./console.en.ts";
import type { Translated } from "./translated.ts";

export const consoleZh: Translated<typeof consoleEn> = {
  ...commonZh,
  ...boardZh,
  ...deskZh,
  ...householdsZh,
  ...cardsZh,
  ...circuitsZh,
  ...alarmsZh,
  ...painterZh,
  ...rulesZh,
  ...tariffsZh,
  ...networkZh,
  ...firstRunZh,
  ...grantsZh,
  ...homeZh,
  ...refundsZh,
  ...jobsZh,
  ...pickerZh,
  ...tillsZh,
  ...usersZh,
  ...auditZh,
  ...integrationZh,
  ...reportsZh,
  app: {
    tagline: "先购电，后用电。",
    signInTo: "登录管理台",
    signInFor: "供物业、校园管理与维修人员使用。",
    residentLink: "住户请在此查看余额",
    menu: "主菜单",
    openMenu: "打开菜单",
    skip: "跳到内容",
    theme: { light: "切换到浅色主题", dark: "切换到深色主题" },
    account: "%{name} 的账户",
    password: {
      title: "修改我的密码",
      current: "当前密码",
      next: "新密码",
      nextHelp: "至少 %{least} 个字符。",
      change: "修改",
      done: "密码已修改，您的其他设备已退出登录。",
    },
    site: "站点",
    noSite: "您的账户还没有站点，请联系管理员分配。",
    denied: "您的角色不能打开此页面",
    deniedHelp: "如工作需要，请联系管理员。",
    live: { connecting: "正在连接…", live: "实时", lost: "实时数据中断" },
    liveHelp: {
      connecting: "正在等待实时连接。",
      live: "页面随电表自动更新。",
      lost: "当前显示可能已过时，正在重新连接。",
    },
    loadFailed: "无法加载。",
    pageFailed: "页面出错",
    partMissing: "未能取得此页面：线路中断，或控制台已更新",
    unknownPage: "此地址没有页面",
    toBoard: "返回看板",
    back: "返回",
  },
  nav: {
    rules: "规则",
    audit: "操作记录",
    integration: "数据对接",
    reports: "报表",
    board: "看板",
    desk: "售电",
    cards: "电卡",
    households: "用户",
    network: "网络",
    circuits: "回路",
    alarms: "告警",
    tariffs: "电价",
    users: "账号",
    home: "首页",
    grants: "补助",
    refunds: "退费",
    jobs: "批量任务",
  },
  navGroup: {
    work: "日常",
    places: "房间与住户",
    network: "网络",
    money: "资金",
    administration: "管理",
  },
  role: {
    administrator: "系统管理员",
    "property-manager": "物业管理员",
    "campus-admin": "校园管理员",
    maintenance: "维修人员",
    resident: "住户",
    integrator: "集成商",
    gateway: "网关",
  },
  state: {
    on: "通电",
    low: "余额低",
    off: "断电",
    switching: "切换中",
    offline: "离线",
    unknown: "未知",
    vacant: "空置",
    alarm: "告警",
    keepPower: "保电",
  },
  confirm: {
    reason: "原因",
    reasonHelp: "将与该操作一同保存，并向他人显示。",
    reasonMissing: "请填写原因。",
    until: "截止时间（可选）",
  },
  lists: {
    searchHouseholds: "房间、用户或住户",
    searchCircuits: "回路",
    emptyHouseholds: "还没有用户",
    emptyHouseholdsHelp: "请为房间开户，开户后即可售电。",
    emptyCircuits: "还没有回路",
    emptyCircuitsHelp: "回路随电表而来：添加总线和电表，然后调试。",
    noMatch: "没有符合的结果",
    noMatchHelp: "请更改搜索内容。",
  },
  resources: {
    households: {
      name: "用户",
      fields: {
        name: "用户",
        unitId: "房间",
        residents: "住户",
        status: "状态",
        liveMinor: "余额",
        daysLeft: "可用天数",
        tariffId: "电价",
        q: "搜索",
      },
    },
    circuits: {
      name: "回路",
      fields: {
        name: "回路",
        householdId: "用户",
        relay: "供电",
        activePowerW: "负荷",
        presence: "电表",
        variant: "类型",
        unitAddress: "地址",
        asOf: "最近读取",
      },
    },
    tariffs: { name: "电价", fields: { name: "电价", rates: "费率", effectiveFrom: "生效时间" } },
    users: {
      name: "账号",
      fields: { name: "姓名", login: "账号", roles: "角色", siteIds: "站点", locale: "语言", status: "状态" },
    },
    alarms: { name: "告警" },
  },
};
