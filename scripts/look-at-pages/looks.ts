import type { Page } from "playwright-core";
import { circuitOf } from "../../tests/support/demonstration.ts";
import type { ApiClient } from "../start/api-client.ts";

export interface Look {
  name: string;
  /** Who looks; null looks at the page signed out. */
  role: "administrator" | "property-manager" | "campus-admin" | "maintenance" | "resident" | null;
  /** A resident's room. */
  room?: string;
  path: string | ((api: ApiClient) => Promise<string>);
  /** Opens what is not open at first. */
  act?: (page: Page) => Promise<void>;
}

const circuitPage = (room: string) => async (api: ApiClient) =>
  `/circuits/${(await circuitOf(api, room)).id}/show`;
const householdPage = (room: string) => async (api: ApiClient) =>
  `/households/${(await circuitOf(api, room)).householdId}/show`;

const commissioningPage = (step: string) => async (api: ApiClient) => {
  const [bus] = await api.get<{ id: string }[]>("/buses");
  return `/network/buses/${bus?.id}/commission?step=${step}`;
};

/** Of the first row of a list; where there is none yet, the empty list of the same page. */
const newest = (list: string, pathOf: (row: Record<string, string>) => string) => async (api: ApiClient) => {
  const [row] = await api.get<Record<string, string>[]>(list);
  return row === undefined ? pathOf({}).replace(/\/undefined.*/, "") : pathOf(row);
};

const tariffPage = (what: "show" | "paint") => async (api: ApiClient) => {
  const [tariff] = await api.get<{ id: string }[]>("/tariffs");
  return `/tariffs/${tariff?.id ?? "new"}/${what}`;
};

/** One row a page, or a state of one that looks different. */
export const LOOKS: readonly Look[] = [
  { name: "login", role: null, path: "/" },
  { name: "home-front-desk", role: "property-manager", path: "/" },
  { name: "home-money", role: "campus-admin", path: "/" },
  { name: "board", role: "property-manager", path: "/board" },
  {
    name: "board-nothing-found",
    role: "property-manager",
    path: "/board",
    act: (page) => page.getByRole("textbox").first().fill("zzz"),
  },
  {
    name: "board-room",
    role: "maintenance",
    path: "/board",
    act: (page) => page.locator("button.hm-tile").first().click(),
  },
  { name: "desk", role: "property-manager", path: "/desk" },
  {
    name: "desk-search",
    role: "property-manager",
    path: "/desk",
    act: (page) => page.getByRole("combobox").first().fill("10"),
  },
  {
    name: "desk-buyer",
    role: "property-manager",
    path: async (api) => `/desk?household=${(await circuitOf(api, "201")).householdId}`,
  },
  { name: "cards", role: "property-manager", path: "/cards" },
  { name: "card", role: "property-manager", path: newest("/cards", ({ id }) => `/cards/${id}`) },
  { name: "households", role: "administrator", path: "/households" },
  { name: "household", role: "property-manager", path: householdPage("201") },
  {
    name: "household-move",
    role: "property-manager",
    path: async (api) => (await householdPage("201")(api)).replace(/show$/, "move"),
  },
  { name: "circuits", role: "maintenance", path: "/circuits" },
  { name: "circuit", role: "maintenance", path: circuitPage("201") },
  {
    name: "circuit-year",
    role: "maintenance",
    path: circuitPage("201"),
    act: async (page) => {
      await page.getByRole("button", { name: /^(Year|年)$/ }).click();
      await page.locator("canvas[width='365']").waitFor();
    },
  },
  { name: "circuit-evidence", role: "maintenance", path: circuitPage("102") },
  { name: "circuit-three-phase", role: "maintenance", path: circuitPage("Gym") },
  {
    name: "circuit-confirm",
    role: "maintenance",
    path: circuitPage("202"),
    act: (page) => page.locator("[role=group] button").first().click(),
  },
  { name: "network", role: "maintenance", path: "/network" },
  {
    name: "network-trace",
    role: "maintenance",
    path: "/network",
    act: async (page) => {
      await page.locator("[role=group] button").nth(2).click();
      // Frames come once the gateway has heard that somebody looks.
      await page.locator("main li time").first().waitFor();
    },
  },
  {
    name: "network-parameters",
    role: "maintenance",
    path: "/network",
    act: (page) => page.locator("[role=group] button").nth(1).click(),
  },
  { name: "commissioning", role: "maintenance", path: commissioningPage("scan") },
  { name: "commissioning-check", role: "maintenance", path: commissioningPage("check") },
  { name: "first-run", role: "administrator", path: "/first-run" },
  { name: "alarms", role: "maintenance", path: "/alarms" },
  {
    name: "alarms-details",
    role: "maintenance",
    path: "/alarms",
    act: (page) => page.locator("[data-alarm] button[aria-expanded]").first().click(),
  },
  {
    name: "alarms-selected",
    role: "maintenance",
    path: "/alarms?state=all",
    act: (page) => page.getByRole("checkbox").first().click(),
  },
  { name: "tariffs", role: "campus-admin", path: "/tariffs" },
  { name: "tariff", role: "maintenance", path: tariffPage("show") },
  { name: "tariff-paint", role: "campus-admin", path: tariffPage("paint") },
  {
    name: "tariff-painted",
    role: "campus-admin",
    path: tariffPage("paint"),
    async act(page) {
      const week = page.getByRole("grid").first();
      await week.focus();
      await week.press("Control+Shift+ArrowRight");
      await week.press("Delete");
    },
  },
  { name: "tariff-new", role: "campus-admin", path: "/tariffs/new/paint" },
  { name: "rules", role: "property-manager", path: "/rules" },
  { name: "rules-replay", role: "maintenance", path: "/rules?part=replay" },
  { name: "rules-protected", role: "campus-admin", path: "/rules?part=protected" },
  { name: "rules-shedding", role: "maintenance", path: "/rules?part=shedding" },
  { name: "rules-changes", role: "administrator", path: "/rules?part=changes" },
  { name: "rules-change-empty", role: "administrator", path: "/rules/change" },
  {
    name: "rules-change",
    role: "administrator",
    path: "/rules/change",
    async act(page) {
      await page.getByRole("combobox").nth(2).click();
      await page.getByRole("option").nth(1).click();
    },
  },
  { name: "users", role: "administrator", path: "/users" },
  {
    name: "user",
    role: "administrator",
    path: async (api) =>
      `/users/${(await api.get<{ id: string }[]>('/users?filter={"q":"admin","roles":"administrator"}'))[0]?.id}`,
  },
  { name: "users-keys", role: "administrator", path: "/users?view=keys" },
  { name: "audit", role: "administrator", path: "/audit" },
  { name: "integration", role: "administrator", path: "/integration" },
  { name: "integration-webhooks", role: "administrator", path: "/integration?view=webhooks" },
  { name: "integration-messages", role: "administrator", path: "/integration?view=messages" },
  { name: "report-sales", role: "campus-admin", path: "/reports?report=sales" },
  { name: "report-tills", role: "campus-admin", path: "/reports?report=tills" },
  { name: "report-use", role: "campus-admin", path: "/reports?report=use" },
  { name: "report-balances", role: "campus-admin", path: "/reports?report=balances" },
  { name: "report-subsidy", role: "campus-admin", path: "/reports?report=subsidy" },
  { name: "report-losses", role: "campus-admin", path: "/reports?report=losses" },
  { name: "report-top", role: "campus-admin", path: "/reports?report=top" },
  { name: "report-vacant", role: "campus-admin", path: "/reports?report=vacant" },
  { name: "grants", role: "campus-admin", path: "/grants" },
  { name: "grant-policy-new", role: "campus-admin", path: "/grants/new" },
  {
    name: "grant-policy",
    role: "campus-admin",
    path: newest("/grant-policies", ({ id }) => `/grants/${id}`),
  },
  {
    name: "grant-policy-edit",
    role: "campus-admin",
    path: newest("/grant-policies", ({ id }) => `/grants/${id}/edit`),
  },
  {
    name: "grant-run",
    role: "campus-admin",
    path: newest("/grant-runs", ({ policyId, month }) => `/grants/${policyId}/${month}`),
  },
  { name: "refunds", role: "campus-admin", path: "/refunds" },
  {
    name: "refund-new",
    role: "campus-admin",
    path: async (api) => `/refunds/new?household=${(await circuitOf(api, "201")).householdId}`,
  },
  { name: "refund", role: "campus-admin", path: newest("/refunds", ({ id }) => `/refunds/${id}`) },
  { name: "jobs", role: "administrator", path: "/jobs" },
  { name: "job", role: "administrator", path: newest("/jobs", ({ id }) => `/jobs/${id}`) },
  { name: "denied", role: "maintenance", path: "/desk" },
  { name: "my-login", role: null, path: "/my" },
  { name: "my", role: "resident", room: "103", path: "/my" },
  { name: "my-use", role: "resident", room: "103", path: "/my#/use" },
  { name: "my-money", role: "resident", room: "103", path: "/my#/money" },
  { name: "my-account", role: "resident", room: "103", path: "/my#/me" },
];
