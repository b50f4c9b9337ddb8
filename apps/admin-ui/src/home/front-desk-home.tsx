import { Box } from "@mui/material";
import { useCallback, useRef } from "react";
import { useNavigate } from "react-router-dom";
import { HouseholdFinder } from "../desk/household-finder.tsx";
import { useT } from "../i18n/use-t.ts";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { deskPath } from "../shared/text-link.tsx";
import { LastSales } from "./last-sales.tsx";
import { RoomsNow } from "./rooms-now.tsx";
import { WaitingRefunds } from "./waiting-refunds.tsx";

/** Where a property manager begins: type a room and sell; beside it how the rooms are, and what waits. */
export default function FrontDeskHome() {
  const t = useT();
  const navigate = useNavigate();
  const finder = useRef<HTMLInputElement>(null);
  const sellTo = useCallback((householdId: string) => navigate(deskPath(householdId)), [navigate]);
  return (
    <>
      <PageTitle title={t("home.title")} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(360px, 2fr) minmax(0, 3fr)" },
        }}
      >
        <Box sx={{ display: "grid", gap: 2 }}>
          <Section title={t("home.sell")}>
            <HouseholdFinder inputRef={finder} onPick={sellTo} />
          </Section>
          <LastSales />
        </Box>
        <Box sx={{ display: "grid", gap: 2 }}>
          <RoomsNow />
          <WaitingRefunds />
        </Box>
      </Box>
    </>
  );
}
