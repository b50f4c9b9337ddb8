import CheckIcon from "@mui/icons-material/Check";
import { Alert, Box, Button, LinearProgress, Paper, Typography } from "@mui/material";
import { type ReactNode, useId, useState } from "react";
import { Link } from "react-router-dom";
import { Guarded } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { deskPath } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { stateVar } from "../theme/state-colors.ts";
import { BusStep, GatewayStep } from "./network-steps.tsx";
import { FIRST_STEPS, type FirstStep, isStepDone, nextStep } from "./progress.ts";
import { RoomsStep } from "./rooms-step.tsx";
import { TariffStep } from "./tariff-step.tsx";
import { type SetUpView, useSetUpFacts } from "./use-set-up-facts.ts";

function SaleStep({ view }: { view: SetUpView }) {
  const t = useT();
  // A sale shows its effect where a commissioned circuit waits for credit.
  const lit = new Set(
    (view.network.circuits ?? []).flatMap(({ householdId, commissionedAt }) =>
      commissionedAt === null || householdId === null ? [] : [householdId],
    ),
  );
  const buyer = view.households.find(({ id, tariffId }) => lit.has(id) && tariffId !== null);
  return (
    <Box>
      <Button component={Link} to={buyer === undefined ? "/desk" : deskPath(buyer.id)} variant="contained">
        {buyer === undefined
          ? t("firstRun.sale.open")
          : t("firstRun.sale.household", { household: buyer.unitName })}
      </Button>
    </Box>
  );
}

function StepContent({ step, view }: { step: FirstStep; view: SetUpView }) {
  switch (step) {
    case "site":
      return null;
    case "rooms":
      return <RoomsStep />;
    case "gateway":
      return <GatewayStep view={view} />;
    case "scan":
    case "assign":
      return <BusStep view={view} step={step} />;
    case "tariff":
      return <TariffStep view={view} />;
    case "sale":
      return <SaleStep view={view} />;
  }
}

function useStepFacts(view: SetUpView): (step: FirstStep) => string {
  const t = useT();
  const { name, timeZone, currency } = useSite();
  const { facts } = view;
  return (step) => {
    switch (step) {
      case "site":
        return t("firstRun.site.facts", { name, timeZone, currency });
      case "rooms":
        return t("firstRun.rooms.facts", { units: facts.units, households: facts.households });
      case "gateway":
        return t("firstRun.gateway.facts", {
          ...{ gateways: facts.online, of: facts.gateways, buses: facts.buses },
        });
      case "scan":
        return t("firstRun.scan.facts", { count: facts.circuits });
      case "assign":
        return t("firstRun.assign.facts", { assigned: facts.assigned, commissioned: facts.commissioned });
      case "tariff":
        return t("firstRun.tariff.facts", { tariffs: facts.tariffs, without: facts.withoutTariff });
      case "sale":
        return t("firstRun.sale.facts", { count: facts.purchases });
    }
  };
}

function StepCard({
  number,
  step,
  isDone,
  isNext,
  facts,
  children,
}: {
  number: number;
  step: FirstStep;
  isDone: boolean;
  isNext: boolean;
  facts: string;
  children: ReactNode;
}) {
  const t = useT();
  const id = useId();
  const [isShown, setIsShown] = useState<boolean | null>(null);
  const isOpen = isShown ?? isNext;
  const state = isDone ? "done" : isNext ? "current" : "later";
  const color = isDone ? "on" : isNext ? "switching" : "vacant";
  return (
    <Paper
      component="li"
      variant="outlined"
      aria-current={isNext ? "step" : undefined}
      sx={{ listStyle: "none", p: 2, ...(isNext && { borderColor: stateVar("switching", "edge") }) }}
    >
      <Box sx={{ display: "flex", gap: 1.5, alignItems: "center" }}>
        <Box
          aria-hidden
          sx={{
            flex: "none",
            display: "grid",
            placeItems: "center",
            width: 32,
            height: 32,
            borderRadius: "50%",
            border: 1,
            fontWeight: 700,
            borderColor: stateVar(color, "edge"),
            backgroundColor: stateVar(color, "ground"),
            color: stateVar(color, "text"),
          }}
        >
          {isDone ? <CheckIcon fontSize="small" /> : number}
        </Box>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h2">{t(`firstRun.step.${step}`)}</Typography>
          <Typography variant="body2" color="textSecondary">
            {t(`firstRun.${state}`)} · {isDone ? facts : t(`firstRun.help.${step}`)}
          </Typography>
        </Box>
        {step !== "site" && (
          <Button
            size="small"
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={`${t(isOpen ? "firstRun.hide" : "firstRun.show")}: ${t(`firstRun.step.${step}`)}`}
            onClick={() => setIsShown(!isOpen)}
          >
            {t(isOpen ? "firstRun.hide" : "firstRun.show")}
          </Button>
        )}
      </Box>
      <Box
        id={id}
        hidden={!isOpen}
        sx={{ pl: { xs: 0, sm: 5.5 }, ...(isOpen && step !== "site" && { pt: 2 }) }}
      >
        {isOpen && children}
      </Box>
    </Paper>
  );
}

function FirstRunView() {
  const { view, error, retry } = useSetUpFacts();
  if (view === null) return error ? <LoadFailed error={error} retry={retry} /> : <Waiting />;
  return <Steps view={view} />;
}

function Steps({ view }: { view: SetUpView }) {
  const t = useT();
  const factsOf = useStepFacts(view);
  const next = nextStep(view.facts);
  const done = FIRST_STEPS.filter((step) => isStepDone(step, view.facts)).length;
  const progress = t("firstRun.progress", { done, total: FIRST_STEPS.length });
  return (
    <Box sx={{ display: "grid", gap: 2, maxWidth: 920 }}>
      {next === null ? (
        <Alert
          severity="success"
          action={
            <Button component={Link} to="/board" color="inherit" size="small">
              {t("firstRun.toBoard")}
            </Button>
          }
        >
          {t("firstRun.allDone")}
        </Alert>
      ) : (
        <Box sx={{ display: "grid", gap: 0.5 }}>
          <Typography color="textSecondary">{t("firstRun.offerHelp")}</Typography>
          <Typography variant="body2" role="status">
            {progress}
          </Typography>
          <LinearProgress
            variant="determinate"
            aria-label={progress}
            value={(done * 100) / FIRST_STEPS.length}
          />
        </Box>
      )}
      <Box component="ol" sx={{ m: 0, p: 0, display: "grid", gap: 1.5 }}>
        {FIRST_STEPS.map((step, index) => (
          <StepCard
            key={step}
            number={index + 1}
            step={step}
            isDone={isStepDone(step, view.facts)}
            isNext={step === next}
            facts={factsOf(step)}
          >
            <StepContent step={step} view={view} />
          </StepCard>
        ))}
      </Box>
    </Box>
  );
}

/** From an empty system to the first sale; each step knows from the server whether it is done. */
export default function FirstRunPage() {
  const t = useT();
  return (
    <Guarded right="first-run.list">
      <PageTitle title={t("firstRun.title")} />
      <FirstRunView />
    </Guarded>
  );
}
