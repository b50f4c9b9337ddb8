import { alarmsEn } from "../alarms/messages.en.ts";
import { auditEn } from "../audit/messages.en.ts";
import { boardEn } from "../board/messages.en.ts";
import { cardsEn } from "../cards/messages.en.ts";
import { circuitsEn } from "../circuits/messages.en.ts";
import { deskEn } from "../desk/messages.en.ts";
import { firstRunEn } from "../first-run/messages.en.ts";
import { grantsEn } from "../grants/messages.en.ts";
import { homeEn } from "../home/messages.en.ts";
import { householdsEn } from "../households/messages.en.ts";
import { integrationEn } from "../integration/messages.en.ts";
import { jobsEn } from "../jobs/messages.en.ts";
import { networkEn } from "../network/messages.en.ts";
import { refundsEn } from "../refunds/messages.en.ts";
import { reportsEn } from "../reports/messages.en.ts";
import { rulesEn } from "../rules/messages.en.ts";
import { pickerEn } from "../shared/household-picker/messages.en.ts";
import { painterEn } from "../shared/week-painter/messages.en.ts";
import { tariffsEn } from "../tariffs/messages.en.ts";
import { tillsEn } from "../tills/messages.en.ts";
import { usersEn } from "../users/messages.en.ts";
import { commonEn } from "./common.en.ts";

export const consoleEn = {
  ...commonEn,
  ...boardEn,
  ...deskEn,
  ...householdsEn,
  ...cardsEn,
  ...circuitsEn,
  ...alarmsEn,
  ...painterEn,
  ...rulesEn,
  ...tariffsEn,
  ...networkEn,
  ...firstRunEn,
  ...grantsEn,
  ...homeEn,
  ...refundsEn,
  ...jobsEn,
  ...pickerEn,
  ...tillsEn,
  ...usersEn,
  ...auditEn,
  ...integrationEn,
  ...reportsEn,
  app: {
    tagline: "Electricity sold before it is used.",
    signInTo: "Sign in to the console",
    signInFor: "For managers, campus staff and maintenance.",
    residentLink: "Residents: see your balance here",
    menu: "Main menu",
    openMenu: "Open the menu",
    skip: "Skip to content",
    theme: { light: "Switch to the light theme", dark: "Switch to the dark theme" },
    account: "Account of %{name}",
    password: {
      title: "Change my password",
      current: "Current password",
      next: "New password",
      nextHelp: "At least %{least} characters.",
      change: "Change",
      done: "Changed. Your other devices are signed out.",
    },
    site: "Site",
    noSite: "Your account has no site yet. Ask an administrator to give you one.",
    denied: "Your role does not open this page",
    deniedHelp: "Ask an administrator if you need it for your work.",
    live: { connecting: "Connecting…", live: "Live", lost: "Live data lost" },
    liveHelp: {
      connecting: "Waiting for the live connection.",
      live: "This page follows the meters by itself.",
      lost: "What you see may be out of date. Trying to connect again.",
    },
    loadFailed: "This could not be loaded.",
    pageFailed: "This page stopped working",
    partMissing: "This page could not be fetched: the line failed, or the console was updated",
    unknownPage: "There is no page at this address",
    toBoard: "To the board",
    back: "Back",
  },
  nav: {
    rules: "Rules",
    audit: "Audit",
    integration: "Integration",
    reports: "Reports",
    board: "Board",
    desk: "Desk",
    cards: "Cards",
    households: "Households",
    network: "Network",
    circuits: "Circuits",
    alarms: "Alarms",
    tariffs: "Tariffs",
    users: "Users",
    home: "Home",
    grants: "Grants",
    refunds: "Refunds",
    jobs: "Jobs",
  },
  navGroup: {
    work: "Daily work",
    places: "Rooms and people",
    network: "Network",
    money: "Money",
    administration: "Administration",
  },
  role: {
    administrator: "Administrator",
    "property-manager": "Property manager",
    "campus-admin": "Campus administrator",
    maintenance: "Maintenance",
    resident: "Resident",
    integrator: "Integrator",
    gateway: "Gateway",
  },
  state: {
    on: "On",
    low: "Low credit",
    off: "Off",
    switching: "Switching",
    offline: "Offline",
    unknown: "Not known",
    vacant: "Vacant",
    alarm: "Alarm",
    keepPower: "keep-power",
  },
  confirm: {
    reason: "Reason",
    reasonHelp: "It is kept with the action and shown to others.",
    reasonMissing: "Give a reason.",
    until: "Until (optional)",
  },
  lists: {
    searchHouseholds: "Room, name or resident",
    searchCircuits: "Circuit",
    emptyHouseholds: "No household yet",
    emptyHouseholdsHelp: "Open the first household for a room; it can buy credit at once.",
    emptyCircuits: "No circuit yet",
    emptyCircuitsHelp: "Circuits come with a meter: add a bus and a meter, then commission.",
    noMatch: "Nothing matches",
    noMatchHelp: "Change the search.",
  },
  resources: {
    households: {
      name: "Household |||| Households",
      fields: {
        name: "Household",
        unitId: "Room",
        residents: "Residents",
        status: "Status",
        liveMinor: "Balance",
        daysLeft: "Days left",
        tariffId: "Tariff",
        q: "Search",
      },
    },
    circuits: {
      name: "Circuit |||| Circuits",
      fields: {
        name: "Circuit",
        householdId: "Household",
        relay: "Power",
        activePowerW: "Load",
        presence: "Meter",
        variant: "Variant",
        unitAddress: "Address",
        asOf: "Last reading",
      },
    },
    tariffs: {
      name: "Tariff |||| Tariffs",
      fields: { name: "Tariff", rates: "Rates", effectiveFrom: "In force from" },
    },
    users: {
      name: "User |||| Users",
      fields: {
        name: "Name",
        login: "Login",
        roles: "Roles",
        siteIds: "Sites",
        locale: "Language",
        status: "Status",
      },
    },
    alarms: { name: "Alarm |||| Alarms" },
  },
} as const;
