import ReaderIcon from "@mui/icons-material/ContactlessOutlined";
import { Box, Button, Paper, TextField, Typography } from "@mui/material";
import { type ReactNode, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { cardReaderAt, pairingOf, USUAL_READER_PORT } from "./card-reader.ts";
import { usePairing } from "./use-pairing.ts";

/** Where the reader's program is; without a card on it the program has still answered. */
function ConnectDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [, choose] = usePairing();
  const [port, setPort] = useState(String(USUAL_READER_PORT));
  const [code, setCode] = useState("");
  const pairing = pairingOf(port, code);
  return (
    <FormDialog
      title={t("cards.reader.connect")}
      submitLabel={t("cards.reader.connectNow")}
      canSubmit={pairing !== null}
      onSubmit={async () => {
        if (pairing === null) return false;
        await cardReaderAt(pairing, (input, init) => fetch(input, init))
          .read()
          .catch((error: unknown) => {
            const isThere = error instanceof Error && "code" in error && error.code === "card-absent";
            if (!isThere) throw error;
          });
        choose(pairing);
        return true;
      }}
      onClose={onClose}
    >
      <Typography variant="body2">{t("cards.reader.help")}</Typography>
      <Box
        component="code"
        sx={{ display: "block", p: 1, borderRadius: 1, backgroundColor: "action.hover", overflowX: "auto" }}
      >
        {`hallmeter card serve --console ${window.location.origin}`}
      </Box>
      <TextField
        autoFocus
        required
        label={t("cards.reader.code")}
        value={code}
        placeholder="ABCD-2345"
        onChange={(event) => setCode(event.target.value)}
        slotProps={{
          htmlInput: { autoComplete: "off", spellCheck: false, style: { fontFamily: "monospace" } },
        }}
      />
      <TextField
        required
        label={t("cards.reader.port")}
        value={port}
        onChange={(event) => setPort(event.target.value)}
        slotProps={{ htmlInput: { inputMode: "numeric", autoComplete: "off" } }}
      />
    </FormDialog>
  );
}

/** The reader of this computer: connected or not, and what can be done with the card on it. */
export function ReaderBar({ children }: { children?: ReactNode }) {
  const t = useT();
  const [pairing, choose] = usePairing();
  const [isConnecting, setConnecting] = useState(false);
  return (
    <Paper
      variant="outlined"
      component="section"
      aria-label={t("cards.reader.title")}
      sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1, px: 2, py: 1, mb: 2 }}
    >
      <ReaderIcon color={pairing === null ? "disabled" : "primary"} aria-hidden />
      <Typography variant="body2" sx={{ flex: 1, minWidth: 160 }} role="status">
        {pairing === null ? t("cards.reader.none") : t("cards.reader.connected", { port: pairing.port })}
      </Typography>
      {pairing === null ? (
        <Button variant="outlined" size="small" onClick={() => setConnecting(true)}>
          {t("cards.reader.connect")}
        </Button>
      ) : (
        <>
          {children}
          <Button size="small" color="inherit" onClick={() => choose(null)}>
            {t("cards.reader.disconnect")}
          </Button>
        </>
      )}
      {isConnecting && <ConnectDialog onClose={() => setConnecting(false)} />}
    </Paper>
  );
}
