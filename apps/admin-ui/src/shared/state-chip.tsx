import type { HoldKind, IntendedState, Presence, RelayState } from "@hallmeter/meter-model";
import BoltIcon from "@mui/icons-material/Bolt";
import HelpIcon from "@mui/icons-material/HelpOutlined";
import PowerOffIcon from "@mui/icons-material/PowerOff";
import SyncIcon from "@mui/icons-material/Sync";
import WifiOffIcon from "@mui/icons-material/WifiOff";
import { Box } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { type StateColor, stateVar } from "../theme/state-colors.ts";

/** Words that also stand within sentences begin with a capital where they stand alone. */
const SENTENCE = { display: "inline-block", "&::first-letter": { textTransform: "uppercase" } } as const;

/** A small coloured label; its word says what its colour says. */
export function Chip({
  color,
  icon,
  children,
}: {
  color: StateColor;
  icon?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <Box
      component="span"
      sx={{
        display: "inline-flex",
        alignItems: "center",
        gap: 0.5,
        px: 1,
        py: 0.25,
        borderRadius: 1,
        border: 1,
        borderColor: stateVar(color, "edge"),
        backgroundColor: stateVar(color, "ground"),
        color: stateVar(color, "text"),
        fontSize: "0.8125rem",
        fontWeight: 600,
        lineHeight: 1.5,
        whiteSpace: { xs: "normal", sm: "nowrap" },
        "& svg": { fontSize: "1rem" },
      }}
    >
      {icon}
      <Box component="span" sx={SENTENCE}>
        {children}
      </Box>
    </Box>
  );
}

interface PowerState {
  relay: RelayState;
  intended: IntendedState;
  /** Kinds of the holds that stand, the strongest first. */
  holds?: readonly HoldKind[];
}

/** On, or off and why; switching while the relay does not yet do what is wanted. */
export function StateChip({ relay, intended, holds = [] }: PowerState) {
  const t = useT();
  const [strongest] = holds;
  if (relay === "unknown")
    return (
      <Chip color="unknown" icon={<HelpIcon aria-hidden />}>
        {t("state.unknown")}
      </Chip>
    );
  if ((relay === "closed") !== (intended === "closed"))
    return (
      <Chip color="switching" icon={<SyncIcon aria-hidden />}>
        {t("state.switching")}
      </Chip>
    );
  if (relay === "closed")
    return (
      <Chip color="on" icon={<BoltIcon aria-hidden />}>
        {t("state.on")}
      </Chip>
    );
  return (
    <Chip color="off" icon={<PowerOffIcon aria-hidden />}>
      {t("state.off")}
      {strongest && ` · ${t(`hold.short.${strongest}`)}`}
    </Chip>
  );
}

/** Whether the meter answers. */
export function PresenceBadge({ presence }: { presence: Presence }) {
  const t = useT();
  const color = presence === "online" ? "on" : presence === "flaky" ? "low" : "offline";
  if (presence === "offline")
    return (
      <Chip color={color} icon={<WifiOffIcon aria-hidden />}>
        {t("presence.offline")}
      </Chip>
    );
  return (
    <Box
      component="span"
      sx={{
        display: "inline-flex",
        alignItems: "center",
        gap: 0.75,
        whiteSpace: "nowrap",
        fontSize: "0.875rem",
      }}
    >
      <Box
        component="span"
        aria-hidden
        sx={{ width: 8, height: 8, borderRadius: "50%", backgroundColor: stateVar(color, "edge") }}
      />
      <Box component="span" sx={SENTENCE}>
        {t(`presence.${presence}`)}
      </Box>
    </Box>
  );
}
