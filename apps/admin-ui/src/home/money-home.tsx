import { Box } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { PageTitle } from "../shared/page-title.tsx";
import { JobsUnderWay } from "./jobs-under-way.tsx";
import { NextGrants } from "./next-grants.tsx";
import { RoomsNow } from "./rooms-now.tsx";
import { WaitingRefunds } from "./waiting-refunds.tsx";

/** Where a campus administrator begins: what waits, what is due, what runs. */
export default function MoneyHome() {
  const t = useT();
  return (
    <>
      <PageTitle title={t("home.title")} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 3fr) minmax(0, 2fr)" },
        }}
      >
        <Box sx={{ display: "grid", gap: 2 }}>
          <WaitingRefunds />
          <JobsUnderWay />
        </Box>
        <Box sx={{ display: "grid", gap: 2 }}>
          <NextGrants />
          <RoomsNow />
        </Box>
      </Box>
    </>
  );
}
