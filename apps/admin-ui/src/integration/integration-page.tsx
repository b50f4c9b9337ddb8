import { Box } from "@mui/material";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { PageTitle } from "../shared/page-title.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useUrlChoice } from "../shared/use-url-choice.ts";
import { ExportSection } from "./export-section.tsx";
import { ImportSection } from "./import-section.tsx";
import { MessagesSection } from "./messages-section.tsx";
import { WebhooksSection } from "./webhooks-section.tsx";

const VIEWS = ["data", "webhooks", "messages"] as const;
const CHOICES = ["view"] as const;

/** Where data comes in and goes out: files, programs that are told, people who are told. */
export default function IntegrationPage() {
  const t = useT();
  const may = useMay();
  const [choice, choose] = useUrlChoice(CHOICES);
  const views = VIEWS.filter((view) => view !== "webhooks" || may("webhooks.list"));
  const view = views.find((one) => one === choice.view) ?? "data";
  return (
    <>
      <PageTitle title={t("nav.integration")} />
      <Box sx={{ mb: 2 }}>
        <ToggleChips
          label={t("integration.view")}
          options={views.map((value) => ({ value, label: t(`integration.views.${value}`) }))}
          value={view}
          onChange={(next) => choose({ view: next === "data" ? "" : next })}
        />
      </Box>
      {view === "data" && (
        <Box
          sx={{
            ...{ display: "grid", gap: 2, alignItems: "start" },
            gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "repeat(2, minmax(0, 1fr))" },
          }}
        >
          {may("imports.create") && <ImportSection />}
          <ExportSection />
        </Box>
      )}
      {view === "webhooks" && <WebhooksSection />}
      {view === "messages" && <MessagesSection />}
    </>
  );
}
