import NetworkIcon from "@mui/icons-material/AccountTreeOutlined";
import CardIcon from "@mui/icons-material/CreditCardOutlined";
import CircuitIcon from "@mui/icons-material/ElectricalServicesOutlined";
import AuditIcon from "@mui/icons-material/FactCheckOutlined";
import BoardIcon from "@mui/icons-material/GridViewOutlined";
import UserIcon from "@mui/icons-material/GroupOutlined";
import HomeIcon from "@mui/icons-material/HomeOutlined";
import ReportIcon from "@mui/icons-material/InsertChartOutlined";
import HouseholdIcon from "@mui/icons-material/MeetingRoomOutlined";
import AlarmIcon from "@mui/icons-material/NotificationsNoneOutlined";
import DeskIcon from "@mui/icons-material/PointOfSaleOutlined";
import RefundIcon from "@mui/icons-material/RequestQuoteOutlined";
import RuleIcon from "@mui/icons-material/RuleOutlined";
import TariffIcon from "@mui/icons-material/SellOutlined";
import IntegrationIcon from "@mui/icons-material/SyncAltOutlined";
import JobIcon from "@mui/icons-material/TaskOutlined";
import GrantIcon from "@mui/icons-material/VolunteerActivismOutlined";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Right } from "./auth/roles.ts";
import { BoardPage } from "./board/board-page.tsx";
import { HomePage } from "./home/home-page.tsx";
import type { consoleEn } from "./i18n/console.en.ts";

/** The parts of the menu, from top to bottom. */
export const PAGE_GROUPS = ["work", "places", "network", "money", "administration"] as const;

export interface ConsolePage {
  path: string;
  right: Right;
  page: ComponentType | LazyExoticComponent<ComponentType>;
  /** A page without an entry is reached from another page. */
  menu?: {
    name: keyof typeof consoleEn.nav;
    group: (typeof PAGE_GROUPS)[number];
    icon: ComponentType<{ fontSize?: "small" }>;
    /** Who finds it there, where that is fewer than may open it. */
    right?: Right;
  };
}

/** Every page of the console: where it is, who may open it, and its place in the menu. */
export const PAGES: readonly ConsolePage[] = [
  {
    path: "/",
    right: "board.list",
    page: HomePage,
    menu: { name: "home", group: "work", icon: HomeIcon, right: "home.show" },
  },
  {
    path: "/board",
    right: "board.list",
    page: BoardPage,
    menu: { name: "board", group: "work", icon: BoardIcon },
  },
  {
    path: "/desk",
    right: "desk.list",
    page: lazy(() => import("./desk/desk-page.tsx")),
    menu: { name: "desk", group: "work", icon: DeskIcon },
  },
  {
    path: "/cards",
    right: "cards.list",
    page: lazy(() => import("./cards/cards-page.tsx")),
    menu: { name: "cards", group: "money", icon: CardIcon, right: "cards.handle" },
  },
  { path: "/cards/:id", right: "cards.list", page: lazy(() => import("./cards/card-page.tsx")) },
  {
    path: "/alarms",
    right: "alarms.list",
    page: lazy(() => import("./alarms/alarms-page.tsx")),
    menu: { name: "alarms", group: "work", icon: AlarmIcon },
  },
  {
    path: "/households",
    right: "households.list",
    page: lazy(() => import("./households/household-list.tsx")),
    menu: { name: "households", group: "places", icon: HouseholdIcon },
  },
  {
    path: "/households/:id/show",
    right: "households.show",
    page: lazy(() => import("./households/household-page.tsx")),
  },
  {
    path: "/households/:id/move",
    right: "households.move",
    page: lazy(() => import("./households/move-page.tsx")),
  },
  {
    path: "/network",
    right: "network.list",
    page: lazy(() => import("./network/network-page.tsx")),
    menu: { name: "network", group: "network", icon: NetworkIcon },
  },
  {
    path: "/network/buses/:id/commission",
    right: "network.scan",
    page: lazy(() => import("./network/commissioning/commission-page.tsx")),
  },
  {
    path: "/first-run",
    right: "first-run.list",
    page: lazy(() => import("./first-run/first-run-page.tsx")),
  },
  {
    path: "/circuits",
    right: "circuits.list",
    page: lazy(() => import("./circuits/circuit-list.tsx")),
    menu: { name: "circuits", group: "network", icon: CircuitIcon },
  },
  {
    path: "/circuits/:id/show",
    right: "circuits.show",
    page: lazy(() => import("./circuits/circuit-page.tsx")),
  },
  {
    path: "/rules",
    right: "rules.list",
    page: lazy(() => import("./rules/rules-page.tsx")),
    menu: { name: "rules", group: "network", icon: RuleIcon },
  },
  {
    path: "/rules/change",
    right: "rules.change",
    page: lazy(() => import("./rules/change-page.tsx")),
  },
  {
    path: "/tariffs",
    right: "tariffs.list",
    page: lazy(() => import("./tariffs/tariff-list.tsx")),
    menu: { name: "tariffs", group: "money", icon: TariffIcon },
  },
  {
    path: "/tariffs/:id/show",
    right: "tariffs.list",
    page: lazy(() => import("./tariffs/tariff-page.tsx")),
  },
  {
    path: "/tariffs/:id/paint",
    right: "tariffs.paint",
    page: lazy(() => import("./tariffs/tariff-editor.tsx")),
  },
  {
    path: "/grants",
    right: "grants.list",
    page: lazy(() => import("./grants/grants-page.tsx")),
    menu: { name: "grants", group: "money", icon: GrantIcon },
  },
  { path: "/grants/new", right: "grants.give", page: lazy(() => import("./grants/edit-policy-page.tsx")) },
  { path: "/grants/:id", right: "grants.list", page: lazy(() => import("./grants/policy-page.tsx")) },
  {
    path: "/grants/:id/edit",
    right: "grants.give",
    page: lazy(() => import("./grants/edit-policy-page.tsx")),
  },
  { path: "/grants/:id/:month", right: "grants.list", page: lazy(() => import("./grants/run-page.tsx")) },
  {
    path: "/refunds",
    right: "refunds.list",
    page: lazy(() => import("./refunds/refunds-page.tsx")),
    menu: { name: "refunds", group: "money", icon: RefundIcon },
  },
  { path: "/refunds/new", right: "refunds.list", page: lazy(() => import("./refunds/new-refund-page.tsx")) },
  { path: "/refunds/:id", right: "refunds.list", page: lazy(() => import("./refunds/refund-page.tsx")) },
  {
    path: "/reports",
    right: "reports.list",
    page: lazy(() => import("./reports/reports-page.tsx")),
    menu: { name: "reports", group: "money", icon: ReportIcon },
  },
  {
    path: "/jobs",
    right: "jobs.list",
    page: lazy(() => import("./jobs/jobs-page.tsx")),
    menu: { name: "jobs", group: "administration", icon: JobIcon },
  },
  { path: "/jobs/:id", right: "jobs.list", page: lazy(() => import("./jobs/job-page.tsx")) },
  {
    path: "/users",
    right: "users.list",
    page: lazy(() => import("./users/user-list.tsx")),
    menu: { name: "users", group: "administration", icon: UserIcon },
  },
  { path: "/users/:id", right: "users.list", page: lazy(() => import("./users/user-page.tsx")) },
  {
    path: "/audit",
    right: "audit.list",
    page: lazy(() => import("./audit/audit-page.tsx")),
    menu: { name: "audit", group: "administration", icon: AuditIcon },
  },
  {
    path: "/integration",
    right: "integration.list",
    page: lazy(() => import("./integration/integration-page.tsx")),
    menu: { name: "integration", group: "administration", icon: IntegrationIcon },
  },
];
