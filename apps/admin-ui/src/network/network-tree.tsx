import ExpandIcon from "@mui/icons-material/ChevronRight";
import { Box, ButtonBase, Typography } from "@mui/material";
import { type ReactNode, useId, useState } from "react";
import type { Bus, Circuit } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { circuitPath, TextLink } from "../shared/text-link.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { type StateColor, stateVar } from "../theme/state-colors.ts";
import { tapHeight } from "../theme/touch.ts";
import { NewToken } from "./new-token.tsx";
import type { Gateway, Meter } from "./rows.ts";

function Dot({ color, label }: { color: StateColor; label: string }) {
  return (
    <Box
      component="span"
      role="img"
      aria-label={label}
      title={label}
      sx={{
        flex: "none",
        width: 10,
        height: 10,
        borderRadius: "50%",
        backgroundColor: stateVar(color, "edge"),
        border: 1,
        borderColor: stateVar(color, "text"),
      }}
    />
  );
}

const PRESENCE_COLORS = { online: "on", flaky: "low", offline: "offline" } as const;

/** The worst of many: what a person looks for. */
function presenceOf(circuits: readonly Circuit[]): keyof typeof PRESENCE_COLORS | null {
  if (circuits.length === 0) return null;
  if (circuits.every(({ presence }) => presence === "offline")) return "offline";
  return circuits.every(({ presence }) => presence === "online") ? "online" : "flaky";
}

function PresenceDot({ circuits }: { circuits: readonly Circuit[] }) {
  const t = useT();
  const presence = presenceOf(circuits);
  if (presence === null) return <Dot color="unknown" label={t("network.noCircuitsYet")} />;
  const isMixed = presence === "flaky" && circuits.some((circuit) => circuit.presence === "offline");
  return (
    <Dot
      color={PRESENCE_COLORS[presence]}
      label={isMixed ? t("network.partly") : t(`presence.${presence}`)}
    />
  );
}

const LIST = { m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.25 } as const;

/** A branch that opens below its line. */
function Branch({ line, name, children }: { line: ReactNode; name: string; children: ReactNode }) {
  const t = useT();
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  return (
    <li>
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, minWidth: 0 }}>
        <ButtonBase
          aria-expanded={isOpen}
          aria-controls={id}
          aria-label={t(isOpen ? "network.close" : "network.open", { name })}
          onClick={() => setIsOpen(!isOpen)}
          sx={{ borderRadius: 1, minWidth: 28, ...tapHeight(28), flex: "none" }}
        >
          <ExpandIcon
            fontSize="small"
            sx={{ transform: isOpen ? "rotate(90deg)" : "none", transition: "transform 120ms" }}
          />
        </ButtonBase>
        {line}
      </Box>
      <Box id={id} hidden={!isOpen} sx={{ pl: 3.5 }}>
        {isOpen && children}
      </Box>
    </li>
  );
}

const MeterBranch = ({ meter, circuits }: { meter: Meter; circuits: readonly Circuit[] }) => {
  const t = useT();
  return (
    <Branch
      name={meter.name}
      line={
        <>
          <PresenceDot circuits={circuits} />
          <Typography variant="body2" noWrap sx={{ flex: 1 }}>
            {meter.name}
          </Typography>
          <Typography variant="caption" color="textSecondary">
            {t("network.circuitCount", { smart_count: circuits.length })}
          </Typography>
        </>
      }
    >
      <Box component="ul" sx={LIST}>
        {circuits.map((circuit) => (
          <Box
            component="li"
            key={circuit.id}
            sx={{ display: "flex", alignItems: "center", gap: 1, ...tapHeight(28) }}
          >
            <PresenceDot circuits={[circuit]} />
            <TextLink to={circuitPath(circuit.id)}>{circuit.name}</TextLink>
            <Typography variant="caption" color="textSecondary">
              {circuit.unitAddress}
            </Typography>
          </Box>
        ))}
      </Box>
    </Branch>
  );
};

interface Props {
  gateways: readonly Gateway[];
  buses: readonly Bus[];
  meters: readonly Meter[];
  circuits: readonly Circuit[];
  chosenId: string | undefined;
  onChoose: (busId: string) => void;
}

/** Gateway, bus, meter, circuit: what hangs on what, and what of it is there. */
export function NetworkTree({ gateways, buses, meters, circuits, chosenId, onChoose }: Props) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(15_000);
  const mayReplaceToken = useMay()("network.create");
  return (
    <Box component="ul" aria-label={t("network.tree")} sx={{ ...LIST, gap: 1.5 }}>
      {gateways.map((gateway) => (
        <li key={gateway.id}>
          <Box sx={{ display: "flex", alignItems: "center", gap: 1, minHeight: 32 }}>
            <Dot
              color={gateway.online ? "on" : "alarm"}
              label={t(gateway.online ? "presence.online" : "presence.offline")}
            />
            <Typography component="span" sx={{ fontWeight: 650, flex: 1 }} noWrap>
              {gateway.name}
            </Typography>
            <Typography variant="caption" color={gateway.online ? "textSecondary" : "error"}>
              {gateway.lastSeenAt === null
                ? t("network.neverSeen")
                : gateway.online
                  ? t("presence.online")
                  : t("network.lastSeen", { time: format.moment(gateway.lastSeenAt, nowMs) })}
            </Typography>
            {mayReplaceToken && <NewToken gateway={gateway} />}
          </Box>
          <Box component="ul" sx={{ ...LIST, pl: 1 }}>
            {buses
              .filter(({ gatewayId }) => gatewayId === gateway.id)
              .map((bus) => {
                const own = circuits.filter(({ busId }) => busId === bus.id);
                const isChosen = bus.id === chosenId;
                return (
                  <Branch
                    key={bus.id}
                    name={bus.name}
                    line={
                      <ButtonBase
                        aria-current={isChosen ? "true" : undefined}
                        onClick={() => onChoose(bus.id)}
                        sx={{
                          flex: 1,
                          minWidth: 0,
                          gap: 1,
                          px: 1,
                          ...tapHeight(36),
                          borderRadius: 1,
                          justifyContent: "flex-start",
                          textAlign: "left",
                          font: "inherit",
                          backgroundColor: isChosen ? "action.selected" : "transparent",
                          "&:hover": { backgroundColor: "action.hover" },
                          "&:focus-visible": { outline: 2, outlineOffset: -2, outlineColor: "primary.main" },
                        }}
                      >
                        <PresenceDot circuits={own} />
                        <Typography
                          component="span"
                          variant="body2"
                          noWrap
                          sx={{ flex: 1, fontWeight: isChosen ? 650 : 500 }}
                        >
                          {bus.name}
                        </Typography>
                        <Typography component="span" variant="caption" color="textSecondary">
                          {t("network.circuitCount", { smart_count: own.length })}
                        </Typography>
                      </ButtonBase>
                    }
                  >
                    <Box component="ul" sx={LIST}>
                      {meters
                        .filter(({ busId }) => busId === bus.id)
                        .map((meter) => (
                          <MeterBranch
                            key={meter.id}
                            meter={meter}
                            circuits={own.filter(({ meterId }) => meterId === meter.id)}
                          />
                        ))}
                    </Box>
                  </Branch>
                );
              })}
          </Box>
        </li>
      ))}
    </Box>
  );
}
