import { Alert, Box, Button, CircularProgress, Typography } from "@mui/material";
import { useState } from "react";
import { Link } from "react-router-dom";
import { useT } from "../i18n/use-t.ts";
import { commissionPath } from "../network/bus-panel.tsx";
import { BusForm } from "../network/new-bus.tsx";
import { GatewayForm, GatewayStart } from "../network/new-gateway.tsx";
import type { NewGateway } from "../network/rows.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import type { SetUpView } from "./use-set-up-facts.ts";

/** A gateway with its token, heard from its machine, and a bus behind it. */
export function GatewayStep({ view }: { view: SetUpView }) {
  const t = useT();
  const [made, setMade] = useState<NewGateway | null>(null);
  const gateways = view.network.gateways ?? [];
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      {gateways.length === 0 && <GatewayForm onMade={setMade} />}
      {made !== null && <GatewayStart gateway={made} />}
      {gateways.map(({ id, name, online }) =>
        online ? (
          <Alert key={id} severity="success">
            {t("firstRun.gateway.online", { gateway: name })}
          </Alert>
        ) : (
          <Box key={id} role="status" sx={{ display: "flex", gap: 1, alignItems: "center" }}>
            <CircularProgress size={16} aria-hidden />
            <Typography variant="body2">{t("firstRun.gateway.waiting", { gateway: name })}</Typography>
          </Box>
        ),
      )}
      {gateways.length > 0 && view.buses.length === 0 && (
        <Box sx={{ display: "grid", gap: 1 }}>
          <Typography variant="h3">{t("firstRun.gateway.bus")}</Typography>
          <BusForm gateways={gateways} onMade={() => view.network.retry()} />
        </Box>
      )}
    </Box>
  );
}

/** Scan and assignment are the commissioning of each bus; here are the ways in. */
export function BusStep({ view, step }: { view: SetUpView; step: "scan" | "assign" }) {
  const t = useT();
  if (view.buses.length === 0)
    return <EmptyState dense title={t("network.noBuses")} help={t("network.noBusesHelp")} />;
  return (
    <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
      {view.buses.map((bus, index) => (
        <Button
          key={bus.id}
          component={Link}
          to={`${commissionPath(bus.id)}${step === "assign" ? "?step=assign" : "?step=scan"}`}
          variant={index === 0 ? "contained" : "outlined"}
        >
          {t(`firstRun.${step}.open`, { bus: bus.name })}
        </Button>
      ))}
    </Box>
  );
}
