import CircuitIcon from "@mui/icons-material/ElectricalServicesOutlined";
import BoardIcon from "@mui/icons-material/GridViewOutlined";
import UserIcon from "@mui/icons-material/GroupOutlined";
import HouseholdIcon from "@mui/icons-material/MeetingRoomOutlined";
import AlarmIcon from "@mui/icons-material/NotificationsNoneOutlined";
import DeskIcon from "@mui/icons-material/PointOfSaleOutlined";
import TariffIcon from "@mui/icons-material/SellOutlined";
import { Box, List, ListItem, ListItemButton, ListItemIcon, ListItemText } from "@mui/material";
import type { ComponentType } from "react";
import { NavLink } from "react-router-dom";
import { useMay } from "../auth/rights-context.tsx";
import type { Right } from "../auth/roles.ts";
import type { consoleEn } from "../i18n/console.en.ts";
import { useT } from "../i18n/use-t.ts";
import { Brand } from "./brand.tsx";

interface Destination {
  name: keyof typeof consoleEn.nav;
  to: string;
  right: Right;
  icon: ComponentType<{ fontSize?: "small" }>;
}

const DESTINATIONS: readonly Destination[] = [
  { name: "board", to: "/", right: "board.list", icon: BoardIcon },
  { name: "desk", to: "/desk", right: "desk.list", icon: DeskIcon },
  { name: "alarms", to: "/alarms", right: "alarms.list", icon: AlarmIcon },
  { name: "households", to: "/households", right: "households.list", icon: HouseholdIcon },
  { name: "circuits", to: "/circuits", right: "circuits.list", icon: CircuitIcon },
  { name: "tariffs", to: "/tariffs", right: "tariffs.list", icon: TariffIcon },
  { name: "users", to: "/users", right: "users.list", icon: UserIcon },
];

/** The pages that the roles of this person open. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const t = useT();
  const may = useMay();
  return (
    <Box component="nav" aria-label={t("app.menu")}>
      <Box sx={{ px: 2, height: 56, display: "flex", alignItems: "center" }}>
        <Brand />
      </Box>
      <List dense sx={{ px: 1 }}>
        {DESTINATIONS.filter(({ right }) => may(right)).map(({ name, to, icon: Icon }) => (
          <ListItem key={name} disablePadding sx={{ mb: 0.25 }}>
            <ListItemButton
              component={NavLink}
              to={to}
              end={to === "/"}
              onClick={onNavigate}
              sx={{
                borderRadius: 1,
                minHeight: 40,
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
        ))}
      </List>
    </Box>
  );
}
