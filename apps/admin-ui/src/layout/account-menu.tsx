import AccountIcon from "@mui/icons-material/AccountCircleOutlined";
import { Divider, IconButton, ListItemText, Menu, MenuItem, Tooltip } from "@mui/material";
import { useState } from "react";
import { useLogout } from "react-admin";
import type { User } from "../api/rows.ts";
import type { Session } from "../api/session.ts";
import { useT } from "../i18n/use-t.ts";
import { PasswordDialog } from "./password-dialog.tsx";

export function AccountMenu({
  user,
  changePassword,
}: {
  user: User;
  changePassword: Session["changePassword"];
}) {
  const t = useT();
  const logout = useLogout();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [changesPassword, setChangesPassword] = useState(false);
  const label = t("app.account", { name: user.name });
  return (
    <>
      <Tooltip title={label}>
        <IconButton
          color="inherit"
          aria-label={label}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
          onClick={(event) => setAnchor(event.currentTarget)}
        >
          <AccountIcon />
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem disabled sx={{ "&.Mui-disabled": { opacity: 1 } }}>
          <ListItemText
            primary={user.name}
            secondary={user.roles.map((role) => t(`role.${role}`)).join(" · ")}
          />
        </MenuItem>
        <Divider component="li" />
        <MenuItem
          onClick={() => {
            setAnchor(null);
            setChangesPassword(true);
          }}
        >
          {t("app.password.title")}
        </MenuItem>
        <MenuItem onClick={() => void logout()}>{t("common.signOut")}</MenuItem>
      </Menu>
      {changesPassword && (
        <PasswordDialog changePassword={changePassword} onClose={() => setChangesPassword(false)} />
      )}
    </>
  );
}
