import { Alert, Box } from "@mui/material";
import { useParams } from "react-router-dom";
import type { Bus, Circuit, Household, Why } from "../api/rows.ts";
import { Guarded } from "../auth/rights-context.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { Chip, PresenceBadge, StateChip } from "../shared/state-chip.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { CircuitControl } from "./circuit-actions.tsx";
import { CircuitCommands, CircuitEvents } from "./circuit-history.tsx";
import { EvidenceSection } from "./evidence-section.tsx";
import { LiveValues } from "./live-values.tsx";
import { LoadProfileSection } from "./load-profile-section.tsx";
import { profileText, variantText } from "./meter-names.ts";

function WhySection({ circuit, household }: { circuit: Circuit; household: Household | undefined }) {
  const t = useT();
  const { data: why, error, refetch } = useRow<Why>("why", circuit.id);
  const isBehind = why !== undefined && why.relay !== "unknown" && why.relay !== why.intended;
  return (
    <Section
      title={t(why !== undefined && why.holds.length > 0 ? "circuit.why" : "circuit.state")}
      aside={why && <AsOf at={why.asOf} />}
    >
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {why === undefined && !error && <Waiting rows={3} />}
      {why !== undefined && (
        <Box sx={{ display: "grid", gap: 2 }}>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
            <StateChip relay={why.relay} intended={why.intended} holds={why.holds.map(({ kind }) => kind)} />
            <PresenceBadge presence={why.presence} />
            {why.keepPower && <Chip color="on">{t("state.keepPower")}</Chip>}
          </Box>
          {isBehind && (
            <Alert severity="info">
              {t("circuit.notSeen", { intended: t(`relay.${why.intended}`), relay: t(`relay.${why.relay}`) })}
            </Alert>
          )}
          <CircuitControl
            circuit={circuit}
            why={why}
            {...(household !== undefined && { releaseMinor: household.releaseMinor })}
          />
        </Box>
      )}
    </Section>
  );
}

function DeviceSection({ circuit, household }: { circuit: Circuit; household: Household | undefined }) {
  const t = useT();
  const format = useFormat();
  const { data: bus } = useRow<Bus>("buses", circuit.busId);
  return (
    <Section title={t("circuit.device")}>
      <Facts>
        {household !== undefined && (
          <Fact label={t("board.household")}>
            <TextLink to={householdPath(household.id)}>
              {household.unitName} · {household.name}
            </TextLink>
          </Fact>
        )}
        <Fact label={t("circuit.bus")}>{bus?.name ?? "…"}</Fact>
        <Fact label={t("circuit.address")}>{circuit.unitAddress}</Fact>
        <Fact label={t("circuit.meterProfile")}>{profileText(circuit.profile, t)}</Fact>
        <Fact label={t("circuit.variant")}>{variantText(circuit.variant, t)}</Fact>
        <Fact label={t("circuit.ratios")}>{`${circuit.ctRatio} × ${circuit.ptRatio}`}</Fact>
        <Fact label={t("circuit.rating")}>{format.current(circuit.switchRatingCa)}</Fact>
        <Fact label={t("circuit.commissioned")}>
          {circuit.commissionedAt === null ? "—" : format.date(circuit.commissionedAt)}
        </Fact>
      </Facts>
    </Section>
  );
}

function CircuitView({ id }: { id: string }) {
  const t = useT();
  const { data: circuit, error, refetch } = useRow<Circuit>("circuits", id);
  const { data: household } = useRow<Household>("households", circuit?.householdId);
  if (error)
    return (
      <>
        <PageTitle title={t("circuit.title")} />
        <LoadFailed error={error} retry={() => void refetch()} />
      </>
    );
  if (circuit === undefined) return <Waiting />;
  return (
    <>
      <PageTitle title={t("circuit.named", { circuit: circuit.name })} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(340px, 420px) minmax(0, 1fr)" },
        }}
      >
        <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
          <WhySection circuit={circuit} household={household} />
          <LiveValues circuitId={id} />
          <DeviceSection circuit={circuit} household={household} />
        </Box>
        <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
          <LoadProfileSection circuitId={id} />
          <EvidenceSection circuit={circuit} />
          <Box
            sx={{
              display: "grid",
              gap: 2,
              gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
            }}
          >
            <CircuitCommands circuitId={id} />
            <CircuitEvents circuitId={id} />
          </Box>
        </Box>
      </Box>
    </>
  );
}

export default function CircuitPage() {
  const { id = "" } = useParams();
  return (
    <Guarded right="circuits.show">
      <CircuitView key={id} id={id} />
    </Guarded>
  );
}
