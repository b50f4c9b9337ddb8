import { Box, List, ListItem, ListItemButton, ListItemIcon, ListItemText, Typography } from "@mui/material";
import { NavLink } from "react-router-dom";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { type ConsolePage, PAGE_GROUPS, PAGES } from "../pages.ts";
import { tapHeight } from "../theme/touch.ts";
import { Brand } from "./brand.tsx";

function Entry({
  to,
  menu,
  onNavigate,
}: {
  to: string;
  menu: NonNullable<ConsolePage["menu"]>;
  onNavigate?: () => void;
}) {
  const t = useT();
  const { name, icon: Icon } = menu;
  return (
    <ListItem disablePadding sx={{ mb: 0.25 }}>
      <ListItemButton
        component={NavLink}
        to={to}
        end={to === "/"}
        onClick={onNavigate}
        sx={{
          borderRadius: 1,
          ...tapHeight(36),
          py: 0.25,
          "&.active": {
            backgroundColor: "action.selected",
            color: "primary.main",
            "& .MuiListItemText-primary": { fontWeight: 650 },
            "& .MuiListItemIcon-root": { color: "primary.main" },
          },
        }}
      >
        <ListItemIcon sx={{ minWidth: 36 }}>
          <Icon fontSize="small" />
        </ListItemIcon>
        <ListItemText primary={t(`nav.${name}`)} />
      </ListItemButton>
    </ListItem>
  );
}

/** The pages that the roles of this person open, in groups. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const t = useT();
  const may = useMay();
  const groups = PAGE_GROUPS.map((group) => ({
    group,
    pages: PAGES.filter(({ menu, right }) => menu?.group === group && may(menu.right ?? right)),
  })).filter(({ pages }) => pages.length > 0);
  return (
    <Box component="nav" aria-label={t("app.menu")}>
      <Box sx={{ px: 2, height: 56, display: "flex", alignItems: "center" }}>
        <Brand />
      </Box>
      {groups.map(({ group, pages }) => (
        <Box key={group} sx={{ px: 1, pb: 1 }}>
          {group !== "work" && (
            <Typography
              variant="caption"
              component="h2"
              color="textSecondary"
              sx={{ px: 1.5, fontWeight: 600, lineHeight: "28px" }}
            >
              {t(`navGroup.${group}`)}
            </Typography>
          )}
          <List dense disablePadding aria-label={t(`navGroup.${group}`)}>
            {pages.map(
              ({ path, menu }) =>
                menu && <Entry key={path} to={path} menu={menu} {...(onNavigate && { onNavigate })} />,
            )}
          </List>
        </Box>
      ))}
    </Box>
  );
}
