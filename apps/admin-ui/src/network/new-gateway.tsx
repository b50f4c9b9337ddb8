import CopyIcon from "@mui/icons-material/ContentCopy";
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  TextField,
  Typography,
} from "@mui/material";
import { useId, useState } from "react";
import { useCreate } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { InlineForm } from "../shared/inline-form.tsx";
import type { NewGateway as NewGatewayRow } from "./rows.ts";

/** Text to take to another machine. */
function Copied({ label, text }: { label: string; text: string }) {
  const t = useT();
  const [isCopied, setIsCopied] = useState(false);
  return (
    <Box sx={{ display: "grid", gap: 0.5 }}>
      <Box sx={{ display: "flex", alignItems: "center" }}>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
          {label}
        </Typography>
        <Button
          size="small"
          startIcon={<CopyIcon />}
          onClick={() => void navigator.clipboard?.writeText(text).then(() => setIsCopied(true))}
        >
          {t(isCopied ? "network.copied" : "network.copy")}
        </Button>
      </Box>
      <Box
        component="pre"
        tabIndex={0}
        aria-label={label}
        sx={{
          m: 0,
          p: 1.25,
          borderRadius: 1,
          border: 1,
          borderColor: "divider",
          backgroundColor: "action.hover",
          fontSize: "0.8125rem",
          whiteSpace: "pre-wrap",
          overflowWrap: "anywhere",
        }}
      >
        {text}
      </Box>
    </Box>
  );
}

/** How a gateway that was just made is started beside its meters; its token is shown this once. */
export function GatewayStart({ gateway }: { gateway: Pick<NewGatewayRow, "name" | "token"> }) {
  const t = useT();
  const file = JSON.stringify(
    { server: { url: window.location.origin, token: gateway.token }, dataDir: "/var/lib/hallmeter-gateway" },
    null,
    2,
  );
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Alert severity="warning">{t("network.tokenOnce")}</Alert>
      <Copied label={t("network.gatewayFile")} text={file} />
      <Copied label={t("network.gatewayCommand")} text="npx hallmeter gateway --config gateway.json" />
      <Typography variant="body2" color="textSecondary">
        {t("network.gatewayThen")}
      </Typography>
    </Box>
  );
}

/** Name in, token out. */
export function GatewayForm({ onMade }: { onMade: (gateway: NewGatewayRow) => void }) {
  const t = useT();
  const site = useSite();
  const [create, { isPending, error }] = useCreate<NewGatewayRow>();
  const [name, setName] = useState("");
  async function submit() {
    if (name.trim() === "") return;
    const made = await create(
      "gateways",
      { data: { siteId: site.id, name: name.trim() } },
      { returnPromise: true },
    ).catch(() => undefined);
    if (made !== undefined) onMade(made);
  }
  return (
    <InlineForm
      submitLabel={t("network.addGateway")}
      isRunning={isPending}
      error={error}
      onSubmit={() => void submit()}
    >
      <TextField
        required
        label={t("network.gatewayName")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        helperText={t("network.gatewayNameHelp")}
        slotProps={{ htmlInput: { maxLength: 120 } }}
        sx={{ flex: 1, minWidth: 220 }}
      />
    </InlineForm>
  );
}

export function NewGateway({ onClose }: { onClose: () => void }) {
  const t = useT();
  const titleId = useId();
  const [made, setMade] = useState<NewGatewayRow | null>(null);
  return (
    <Dialog
      open
      onClose={made === null ? onClose : undefined}
      aria-labelledby={titleId}
      fullWidth
      maxWidth="sm"
    >
      <DialogTitle id={titleId}>{made === null ? t("network.addGateway") : made.name}</DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 2 }}>
        {made === null ? (
          <>
            <DialogContentText>{t("network.noGatewaysHelp")}</DialogContentText>
            <GatewayForm onMade={setMade} />
          </>
        ) : (
          <GatewayStart gateway={made} />
        )}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        <Button
          onClick={onClose}
          {...(made === null ? { color: "inherit" as const } : { variant: "contained" as const })}
        >
          {t(made === null ? "common.cancel" : "network.keptToken")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
