import KeyboardIcon from "@mui/icons-material/KeyboardOutlined";
import { Box, Button, Popover, Typography } from "@mui/material";
import { type RefObject, useId } from "react";
import { useT } from "../i18n/use-t.ts";
import { INBOX_KEYS } from "./inbox-keys.ts";

const KEY_NAMES: Readonly<Record<string, string>> = { ArrowDown: "↓", ArrowUp: "↑", Enter: "↵" };

/** The keys of the inbox, behind a button. */
export function KeyHelp({
  button,
  isOpen,
  onOpen,
  onClose,
}: {
  button: RefObject<HTMLButtonElement | null>;
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
}) {
  const t = useT();
  const titleId = useId();
  return (
    <>
      <Button
        ref={button}
        size="small"
        color="inherit"
        startIcon={<KeyboardIcon aria-hidden />}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={onOpen}
        sx={{ display: { xs: "none", md: "inline-flex" } }}
      >
        {t("alarms.keys")}
      </Button>
      <Popover
        open={isOpen}
        anchorEl={button.current}
        onClose={onClose}
        anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
        transformOrigin={{ vertical: "top", horizontal: "right" }}
        slotProps={{ paper: { role: "dialog", "aria-labelledby": titleId, sx: { p: 2, maxWidth: 360 } } }}
      >
        <Typography variant="h3" component="h2" id={titleId} sx={{ mb: 1 }}>
          {t("alarms.keysTitle")}
        </Typography>
        <Box
          component="dl"
          sx={{ m: 0, display: "grid", gridTemplateColumns: "max-content 1fr", columnGap: 2, rowGap: 0.75 }}
        >
          {INBOX_KEYS.map(({ act, keys }) => (
            <Box key={act} sx={{ display: "contents" }}>
              <Box component="dt" sx={{ display: "flex", gap: 0.5 }}>
                {keys.map((key) => (
                  <Box
                    key={key}
                    component="kbd"
                    sx={{
                      ...{ border: 1, borderColor: "divider", borderRadius: 0.5, px: 0.75 },
                      ...{
                        fontFamily: "inherit",
                        fontSize: "0.8125rem",
                        backgroundColor: "background.default",
                      },
                    }}
                  >
                    {KEY_NAMES[key] ?? key}
                  </Box>
                ))}
              </Box>
              <Typography component="dd" variant="body2" sx={{ m: 0 }}>
                {t(`alarms.key.${act}`)}
              </Typography>
            </Box>
          ))}
        </Box>
      </Popover>
    </>
  );
}
