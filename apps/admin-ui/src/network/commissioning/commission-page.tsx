import { Alert, Box, Button, Step, StepButton, Stepper } from "@mui/material";
import { useParams, useSearchParams } from "react-router-dom";
import type { Bus, Circuit } from "../../api/rows.ts";
import { Guarded } from "../../auth/rights-context.tsx";
import { useT } from "../../i18n/use-t.ts";
import { LoadFailed } from "../../shared/load-failed.tsx";
import { PageTitle } from "../../shared/page-title.tsx";
import { Section } from "../../shared/section.tsx";
import { TextLink } from "../../shared/text-link.tsx";
import { Waiting } from "../../shared/waiting.tsx";
import type { Gateway, Meter } from "../rows.ts";
import { useNetwork } from "../use-network.ts";
import { AssignStep } from "./assign-step.tsx";
import { CheckStep } from "./check-step.tsx";
import { ScanStep } from "./scan-step.tsx";
import { SetUpStep } from "./set-up-step.tsx";

const STEPS = ["scan", "meters", "assign", "check"] as const;
type StepName = (typeof STEPS)[number];

/** Where somebody who comes back goes on: the state is the server's, nothing of it is kept here. */
function firstOpenStep(circuits: readonly Circuit[]): StepName {
  if (!circuits.some(({ commissionedAt }) => commissionedAt === null)) return "scan";
  return circuits.some(({ householdId, commissionedAt }) => householdId === null && commissionedAt === null)
    ? "assign"
    : "check";
}

/** From a bus that nobody knows to circuits that are charged: scan, set up, assign, check. */
export function Commissioning({
  bus,
  gateway,
  meters,
  circuits,
}: {
  bus: Bus;
  gateway: Gateway | undefined;
  meters: readonly Meter[];
  circuits: readonly Circuit[];
}) {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const step = STEPS.find((name) => name === params.get("step")) ?? firstOpenStep(circuits);
  const index = STEPS.indexOf(step);
  const go = (to: number) => setParams({ step: STEPS[to] ?? "scan" }, { replace: true });
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Stepper
        nonLinear
        alternativeLabel
        activeStep={index}
        sx={{
          "& .MuiStep-root": { px: 0.25, minWidth: 0 },
          // As it comes, it reaches over the edge of a phone.
          "& .MuiStepButton-root": { mx: 0, px: 0, width: "100%" },
        }}
      >
        {STEPS.map((name, at) => (
          <Step key={name}>
            <StepButton onClick={() => go(at)}>{t(`commissioning.steps.${name}`)}</StepButton>
          </Step>
        ))}
      </Stepper>
      {gateway !== undefined && !gateway.online && (
        <Alert severity="warning">{t("commissioning.gatewayAway", { gateway: gateway.name })}</Alert>
      )}
      <Section
        title={t(`commissioning.steps.${step}`)}
        aside={
          <Box sx={{ display: "flex", gap: 1 }}>
            <Button size="small" disabled={index === 0} onClick={() => go(index - 1)}>
              {t("commissioning.before")}
            </Button>
            <Button size="small" disabled={index === STEPS.length - 1} onClick={() => go(index + 1)}>
              {t("commissioning.next")}
            </Button>
          </Box>
        }
      >
        {step === "scan" && <ScanStep bus={bus} circuits={circuits} />}
        {step === "meters" && <SetUpStep bus={bus} circuits={circuits} meters={meters} />}
        {step === "assign" && <AssignStep circuits={circuits} />}
        {step === "check" && <CheckStep circuits={circuits} />}
      </Section>
    </Box>
  );
}

function CommissionView({ busId }: { busId: string }) {
  const t = useT();
  const { gateways, buses, meters, circuits, error, retry } = useNetwork();
  if (error !== null) return <LoadFailed error={error} retry={retry} />;
  if (!gateways || !buses || !meters || !circuits) return <Waiting />;
  const bus = buses.find(({ id }) => id === busId);
  if (bus === undefined) return <Alert severity="warning">{t("problem.not-found")}</Alert>;
  return (
    <>
      <PageTitle title={t("commissioning.title", { bus: bus.name })} />
      <Box sx={{ mb: 1.5 }}>
        <TextLink to={`/network?bus=${encodeURIComponent(bus.id)}`}>{t("commissioning.back")}</TextLink>
      </Box>
      <Commissioning
        bus={bus}
        gateway={gateways.find(({ id }) => id === bus.gatewayId)}
        meters={meters.filter((meter) => meter.busId === bus.id)}
        circuits={circuits.filter((circuit) => circuit.busId === bus.id)}
      />
    </>
  );
}

export default function CommissionPage() {
  const { id = "" } = useParams();
  return (
    <Guarded right="network.scan">
      <CommissionView key={id} busId={id} />
    </Guarded>
  );
}
