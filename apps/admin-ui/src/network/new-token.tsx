import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  IconButton,
  Tooltip,
} from "@mui/material";
import { useId, useState } from "react";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { GatewayStart } from "./new-gateway.tsx";
import type { Gateway, NewGateway } from "./rows.ts";

/** A token that was lost, or that somebody else has, is replaced: the old one ends at once. */
export function NewToken({ gateway }: { gateway: Gateway }) {
  const t = useT();
  const titleId = useId();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isAsking, setAsking] = useState(false);
  const [made, setMade] = useState<NewGateway | null>(null);
  const label = t("network.newToken", { name: gateway.name });
  return (
    <>
      <Tooltip title={label}>
        <IconButton size="small" aria-label={label} onClick={() => setAsking(true)}>
          <KeyIcon fontSize="small" />
        </IconButton>
      </Tooltip>
      {isAsking && (
        <ConfirmAct
          title={label}
          confirmLabel={t("network.newTokenNow")}
          color="error"
          onConfirm={async () => {
            const path = `/gateways/${encodeURIComponent(gateway.id)}/token`;
            setMade(await dataProvider.change<NewGateway>("POST", path));
          }}
          onClose={() => setAsking(false)}
        >
          {t("network.newTokenHelp")}
        </ConfirmAct>
      )}
      {made !== null && (
        <Dialog open aria-labelledby={titleId} fullWidth maxWidth="sm">
          <DialogTitle id={titleId}>{made.name}</DialogTitle>
          <DialogContent>
            <GatewayStart gateway={made} />
          </DialogContent>
          <DialogActions sx={{ px: 3, pb: 2 }}>
            <Button variant="contained" onClick={() => setMade(null)}>
              {t("network.keptToken")}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
