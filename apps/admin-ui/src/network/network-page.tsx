import { Box, Button } from "@mui/material";
import { useState } from "react";
import { useSearchParams } from "react-router-dom";
import { Guarded, useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { BusPanel } from "./bus-panel.tsx";
import { NetworkTree } from "./network-tree.tsx";
import { NewBus } from "./new-bus.tsx";
import { NewGateway } from "./new-gateway.tsx";
import { useNetwork } from "./use-network.ts";

function NetworkView() {
  const t = useT();
  const may = useMay();
  const { gateways, buses, meters, circuits, error, retry } = useNetwork();
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState<"gateway" | "bus" | null>(null);
  const choose = (busId: string) => setParams({ bus: busId });
  if (error !== null) return <LoadFailed error={error} retry={retry} />;
  if (!gateways || !buses || !meters || !circuits) return <Waiting />;
  const bus = buses.find(({ id }) => id === params.get("bus")) ?? buses[0];
  const gateway = gateways.find(({ id }) => id === bus?.gatewayId);
  const mayAdd = may("network.create");
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2,
        alignItems: "start",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(300px, 360px) minmax(0, 1fr)" },
      }}
    >
      <Section title={t("network.tree")}>
        {gateways.length === 0 ? (
          <EmptyState dense title={t("network.noGateways")} help={t("network.noGatewaysHelp")} />
        ) : (
          <NetworkTree {...{ gateways, buses, meters, circuits }} chosenId={bus?.id} onChoose={choose} />
        )}
        {mayAdd && (
          <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: 2 }}>
            <Button size="small" variant="outlined" onClick={() => setAdding("gateway")}>
              {t("network.addGateway")}
            </Button>
            {gateways.length > 0 && (
              <Button size="small" variant="outlined" onClick={() => setAdding("bus")}>
                {t("network.addBus")}
              </Button>
            )}
          </Box>
        )}
      </Section>
      {bus === undefined ? (
        <Section title={t("network.bus")}>
          <EmptyState dense title={t("network.noBuses")} help={t("network.noBusesHelp")} />
        </Section>
      ) : (
        <BusPanel
          key={bus.id}
          bus={bus}
          gateway={gateway}
          circuits={circuits.filter(({ busId }) => busId === bus.id)}
        />
      )}
      {adding === "gateway" && <NewGateway onClose={() => setAdding(null)} />}
      {adding === "bus" && (
        <NewBus gateways={gateways} onClose={() => setAdding(null)} onAdded={(id) => choose(id)} />
      )}
    </Box>
  );
}

/** What hangs on the wire and how it does, live. */
export default function NetworkPage() {
  const t = useT();
  return (
    <Guarded right="network.list">
      <PageTitle title={t("network.title")} />
      <NetworkView />
    </Guarded>
  );
}
