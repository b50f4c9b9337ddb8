import { QueryClient } from "@tanstack/react-query";
import { lazy } from "react";
import { Admin, CustomRoutes, type I18nProvider, localStorageStore, Resource } from "react-admin";
import { BrowserRouter, Route } from "react-router-dom";
import { ApiProblem } from "./api/problem.ts";
import type { ApiRequest } from "./api/request.ts";
import type { Session } from "./api/session.ts";
import { createAuthProvider } from "./auth/auth-provider.ts";
import { LoginPage } from "./auth/login-page.tsx";
import { Guarded } from "./auth/rights-context.tsx";
import { BoardPage } from "./board/board-page.tsx";
import { dataProviderFor } from "./data/data-provider.ts";
import { createShell } from "./layout/shell.tsx";
import { AccessDeniedPage, UnknownPage } from "./layout/unknown-page.tsx";
import { darkTheme, lightTheme } from "./theme/theme.ts";

const DeskPage = lazy(() => import("./desk/desk-page.tsx"));
const AlarmsPage = lazy(() => import("./alarms/alarms-page.tsx"));
const HouseholdList = lazy(() => import("./households/household-list.tsx"));
const HouseholdPage = lazy(() => import("./households/household-page.tsx"));
const CircuitList = lazy(() => import("./circuits/circuit-list.tsx"));
const CircuitPage = lazy(() => import("./circuits/circuit-page.tsx"));
const TariffList = lazy(() => import("./tariffs/tariff-list.tsx"));
const UserList = lazy(() => import("./users/user-list.tsx"));

/** What a person would have to change is not asked again; a lost answer is, twice. */
const RETRIES = 2;

const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) =>
          failures < RETRIES && !(error instanceof ApiProblem && error.failureClass === "permanent"),
      },
    },
  });

export interface AppDeps {
  session: Session;
  request: ApiRequest;
  i18nProvider: I18nProvider;
}

/** The console: who is signed in decides which pages exist. Composed once, in console.tsx. */
export function createApp({ session, request, i18nProvider }: AppDeps) {
  const authProvider = createAuthProvider(session);
  const dataProvider = dataProviderFor(request);
  const queryClient = createQueryClient();
  const store = localStorageStore();
  const Shell = createShell({ session, request });

  const Board = () => (
    <Guarded right="board.list">
      <BoardPage />
    </Guarded>
  );

  return function App() {
    return (
      <BrowserRouter>
        <Admin
          title="Hallmeter"
          authProvider={authProvider}
          dataProvider={dataProvider}
          i18nProvider={i18nProvider}
          queryClient={queryClient}
          store={store}
          layout={Shell}
          dashboard={Board}
          loginPage={LoginPage}
          catchAll={UnknownPage}
          accessDenied={AccessDeniedPage}
          lightTheme={lightTheme}
          darkTheme={darkTheme}
          requireAuth
          disableTelemetry
        >
          <Resource name="households" list={HouseholdList} show={HouseholdPage} />
          <Resource name="circuits" list={CircuitList} show={CircuitPage} />
          <Resource name="tariffs" list={TariffList} />
          <Resource name="users" list={UserList} />
          <CustomRoutes>
            <Route
              path="/desk"
              element={
                <Guarded right="desk.list">
                  <DeskPage />
                </Guarded>
              }
            />
            <Route
              path="/alarms"
              element={
                <Guarded right="alarms.list">
                  <AlarmsPage />
                </Guarded>
              }
            />
          </CustomRoutes>
        </Admin>
      </BrowserRouter>
    );
  };
}
