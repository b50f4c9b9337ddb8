import MenuIcon from "@mui/icons-material/Menu";
import {
  AppBar,
  Box,
  Drawer,
  GlobalStyles,
  IconButton,
  Toolbar,
  Typography,
  useMediaQuery,
  useTheme,
} from "@mui/material";
import { type ReactNode, Suspense, useState } from "react";
import { useLocation } from "react-router-dom";
import type { ApiRequest } from "../api/request.ts";
import type { Session } from "../api/session.ts";
import { RolesProvider } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { TITLE_PLACE_ID } from "../shared/page-title.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { stateVariables } from "../theme/state-colors.ts";
import { AccountMenu } from "./account-menu.tsx";
import { LiveProvider } from "./live-context.tsx";
import { LiveIndicator } from "./live-indicator.tsx";
import { Navigation } from "./navigation.tsx";
import { PageErrorBoundary } from "./page-error.tsx";
import { LanguageButton, ThemeButton, useDocumentLanguage } from "./preferences.tsx";
import { SiteProvider } from "./site-context.tsx";
import { SitePicker } from "./site-picker.tsx";

const NAV_WIDTH = 208;
const MAIN_ID = "main-content";

export function StateColors() {
  const { palette } = useTheme();
  return <GlobalStyles styles={{ ":root": stateVariables(palette.mode) }} />;
}

function SkipLink() {
  const t = useT();
  return (
    <Box
      component="a"
      href={`#${MAIN_ID}`}
      sx={{
        position: "fixed",
        top: 8,
        left: 8,
        zIndex: "tooltip",
        px: 2,
        py: 1,
        borderRadius: 1,
        backgroundColor: "primary.main",
        color: "primary.contrastText",
        transform: "translateY(-200%)",
        "&:focus": { transform: "none" },
      }}
    >
      {t("app.skip")}
    </Box>
  );
}

/** Navigation beside the page where there is room, in a drawer where there is not; one live stream for all of it. */
export function createShell({ session, request }: { session: Session; request: ApiRequest }) {
  return function Shell({ children }: { children: ReactNode }) {
    const t = useT();
    const theme = useTheme();
    const isWide = useMediaQuery(theme.breakpoints.up("md"), { noSsr: true });
    const [isMenuOpen, setMenuOpen] = useState(false);
    const { pathname } = useLocation();
    useDocumentLanguage();
    const user = session.user();
    if (user === null) return <Waiting />;

    const closeMenu = () => setMenuOpen(false);
    return (
      <RolesProvider value={user.roles}>
        <LiveProvider request={request}>
          <SiteProvider>
            <StateColors />
            <SkipLink />
            <Box sx={{ display: "flex", minHeight: "100vh" }}>
              {isWide && (
                <Box
                  sx={{
                    width: NAV_WIDTH,
                    flexShrink: 0,
                    borderRight: 1,
                    borderColor: "divider",
                    backgroundColor: "background.paper",
                  }}
                >
                  <Box sx={{ position: "sticky", top: 0 }}>
                    <Navigation />
                  </Box>
                </Box>
              )}
              <Box sx={{ flex: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
                <AppBar
                  position="sticky"
                  color="inherit"
                  elevation={0}
                  sx={{
                    borderBottom: 1,
                    borderColor: "divider",
                    backgroundColor: "background.paper",
                    backgroundImage: "none",
                  }}
                >
                  <Toolbar
                    disableGutters
                    sx={{
                      minHeight: 56,
                      "@media (min-width:0)": { minHeight: 56 },
                      px: { xs: 1, md: 2.5 },
                      gap: 1,
                    }}
                  >
                    {!isWide && (
                      <IconButton
                        aria-label={t("app.openMenu")}
                        aria-expanded={isMenuOpen}
                        onClick={() => setMenuOpen(true)}
                      >
                        <MenuIcon />
                      </IconButton>
                    )}
                    <Typography
                      component="h1"
                      variant="h1"
                      id={TITLE_PLACE_ID}
                      sx={{
                        flex: 1,
                        minWidth: 0,
                        overflow: "hidden",
                        textOverflow: "ellipsis",
                        whiteSpace: "nowrap",
                      }}
                    />
                    <LiveIndicator />
                    {isWide && <SitePicker />}
                    {isWide && <LanguageButton />}
                    {isWide && <ThemeButton />}
                    <AccountMenu user={user} changePassword={session.changePassword} />
                  </Toolbar>
                </AppBar>
                <Box
                  component="main"
                  id={MAIN_ID}
                  tabIndex={-1}
                  sx={{
                    flex: 1,
                    minWidth: 0,
                    p: { xs: 1.5, md: 2.5 },
                    outline: "none",
                    display: "flex",
                    flexDirection: "column",
                  }}
                >
                  <PageErrorBoundary
                    title={t("app.pageFailed")}
                    missingPart={t("app.partMissing")}
                    retryLabel={t("common.retry")}
                    place={pathname}
                  >
                    <Suspense fallback={<Waiting />}>{children}</Suspense>
                  </PageErrorBoundary>
                </Box>
              </Box>
            </Box>
            {!isWide && (
              <Drawer open={isMenuOpen} onClose={closeMenu} slotProps={{ paper: { sx: { width: 264 } } }}>
                <Navigation onNavigate={closeMenu} />
                <Box sx={{ px: 2, py: 1.5, display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
                  <SitePicker />
                  <LanguageButton />
                  <ThemeButton />
                </Box>
              </Drawer>
            )}
          </SiteProvider>
        </LiveProvider>
      </RolesProvider>
    );
  };
}
