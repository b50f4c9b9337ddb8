import { QueryClient } from "@tanstack/react-query";
import { Admin, CustomRoutes, type I18nProvider, localStorageStore } from "react-admin";
import { BrowserRouter, Route } from "react-router-dom";
import { ApiProblem } from "./api/problem.ts";
import type { ApiRequest } from "./api/request.ts";
import type { Session } from "./api/session.ts";
import { createAuthProvider } from "./auth/auth-provider.ts";
import { LoginPage } from "./auth/login-page.tsx";
import { Guarded } from "./auth/rights-context.tsx";
import { dataProviderFor } from "./data/data-provider.ts";
import { createShell } from "./layout/shell.tsx";
import { AccessDeniedPage, UnknownPage } from "./layout/unknown-page.tsx";
import { PAGES } from "./pages.ts";
import { darkTheme, lightTheme } from "./theme/theme.ts";

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
          loginPage={LoginPage}
          catchAll={UnknownPage}
          accessDenied={AccessDeniedPage}
          lightTheme={lightTheme}
          darkTheme={darkTheme}
          requireAuth
          disableTelemetry
        >
          <CustomRoutes>
            {PAGES.map(({ path, right, page: Page }) => (
              <Route
                key={path}
                path={path}
                element={
                  <Guarded right={right}>
                    <Page />
                  </Guarded>
                }
              />
            ))}
          </CustomRoutes>
        </Admin>
      </BrowserRouter>
    );
  };
}
