import { Box, Button } from "@mui/material";
import { useState } from "react";
import { useGetList } from "react-admin";
import { Link, useNavigate } from "react-router-dom";
import type { Household } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { CARDS_PATH, cardPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { CardStateChip, chipNumber } from "./card-state-chip.tsx";
import { IssueDialog } from "./issue-dialog.tsx";
import type { Card } from "./rows.ts";
import { useCardDesk } from "./use-card-desk.ts";

const MOST_SHOWN = 10;

/** A household's cards, the newest first; `isAside` where they stand beside other work, and none need no words. */
export function HouseholdCards({ household, isAside = false }: { household: Household; isAside?: boolean }) {
  const t = useT();
  const navigate = useNavigate();
  const { reader } = useCardDesk();
  const mayHandle = useMay()("cards.handle") && household.status === "open";
  const [isIssuing, setIssuing] = useState(false);
  const { data, error } = useGetList<Card>("cards", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "issuedAt", order: "DESC" },
    filter: { householdId: household.id, ...(isAside && { state: "active" }) },
  });
  if (isAside && (data === undefined || data.length === 0)) return null;
  return (
    <Section
      title={t("nav.cards")}
      aside={
        mayHandle &&
        !isAside &&
        (reader === null ? (
          <Button component={Link} to={CARDS_PATH} size="small" variant="outlined">
            {t("cards.reader.connect")}
          </Button>
        ) : (
          <Button size="small" variant="outlined" onClick={() => setIssuing(true)}>
            {t("cards.issue")}
          </Button>
        ))
      }
    >
      {error && <LoadFailed error={error} />}
      {data === undefined && !error && <Waiting rows={1} />}
      {data?.length === 0 && <EmptyState dense title={t("cards.none")} help={t("cards.noneHelp")} />}
      <Box component="ul" sx={{ m: 0, p: 0, display: "grid", gap: 1 }}>
        {data?.map((card) => (
          <Box
            key={card.id}
            component="li"
            sx={{ listStyle: "none", display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}
          >
            <TextLink to={cardPath(card.id)}>{chipNumber(card.uid)}</TextLink>
            <CardStateChip state={card.state} />
            <Box component="span" sx={{ ml: "auto" }}>
              <Money amountMinor={card.carriedMinor} />
            </Box>
          </Box>
        ))}
      </Box>
      {isIssuing && reader !== null && (
        <IssueDialog
          reader={reader}
          household={household}
          onIssued={(card) => void navigate(cardPath(card.id))}
          onClose={() => setIssuing(false)}
        />
      )}
    </Section>
  );
}
