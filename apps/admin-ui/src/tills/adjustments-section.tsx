import { Alert, Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetIdentity, useGetList, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { codeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { Money } from "../shared/figures.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { ApproveAll } from "./approve-all.tsx";
import type { Adjustment } from "./rows.ts";

const MOST_SHOWN = 20;
const MAX_REASON_LENGTH = 200;

/** Corrections that wait for a second person; nothing where none waits. */
export function AdjustmentsSection() {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const notify = useNotify();
  const refresh = useRefresh();
  const keyed = useKeyedAct();
  const { data: me } = useGetIdentity();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [decided, setDecided] = useState<{ adjustment: Adjustment; verdict: "approve" | "reject" } | null>(
    null,
  );
  const { data } = useGetList<Adjustment>("adjustments", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "proposedAt", order: "ASC" },
    filter: { siteId: site.id, state: "proposed" },
  });
  const nameOf = useHouseholdNames(data?.map(({ householdId }) => householdId) ?? []);
  if (data === undefined || data.length === 0) return null;

  async function decide(body: object) {
    if (decided === null) return;
    const path = `/adjustments/${encodeURIComponent(decided.adjustment.id)}/${decided.verdict}`;
    await dataProvider.act(path, body, keyed.keyFor([path, body]));
    keyed.settle();
    notify(t(`tills.done.${decided.verdict}`), { type: "success" });
    refresh();
  }

  return (
    <Section title={t("tills.adjustments")} aside={<ApproveAll />}>
      <Box component="ul" sx={{ m: 0, p: 0, display: "grid", gap: 1.5 }}>
        {data.map((adjustment) => {
          const { id, householdId, amountMinor, reason, proposedBy, proposedAt, problem } = adjustment;
          const isMine = proposedBy.id === me?.id;
          return (
            <Box key={id} component="li" sx={{ listStyle: "none", display: "grid", gap: 0.5 }}>
              <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
                <Box sx={{ flex: 1, minWidth: 160 }}>
                  <TextLink to={householdPath(householdId)}>{nameOf(householdId)}</TextLink>{" "}
                  <strong>
                    <Money amountMinor={amountMinor} signed />
                  </strong>
                </Box>
                {!isMine && (
                  <Button
                    size="small"
                    variant="outlined"
                    onClick={() => setDecided({ adjustment, verdict: "approve" })}
                  >
                    {t("tills.approve")}
                  </Button>
                )}
                <Button
                  size="small"
                  color="inherit"
                  onClick={() => setDecided({ adjustment, verdict: "reject" })}
                >
                  {t(isMine ? "tills.takeBack" : "tills.reject")}
                </Button>
              </Box>
              <Typography variant="body2">{reason}</Typography>
              <Typography variant="caption" color="textSecondary">
                {t("tills.askedBy", { name: proposedBy.name, time: format.dateTime(proposedAt) })}
                {isMine && ` · ${t("tills.secondPerson")}`}
              </Typography>
              {problem !== null && (
                <Alert severity="warning">{codeText(problem.code, t) ?? problem.detail}</Alert>
              )}
            </Box>
          );
        })}
      </Box>
      {decided?.verdict === "approve" && (
        <ConfirmAct
          title={t("tills.approveTitle")}
          confirmLabel={t("tills.approve")}
          onConfirm={() => decide({})}
          onClose={() => setDecided(null)}
        >
          <Typography>
            {t("tills.approveHelp", {
              household: nameOf(decided.adjustment.householdId),
              amount: format.signedMoney(decided.adjustment.amountMinor),
            })}
          </Typography>
        </ConfirmAct>
      )}
      {decided?.verdict === "reject" && (
        <ConfirmWithReason
          title={t("tills.rejectTitle")}
          confirmLabel={t("tills.reject")}
          maxLength={MAX_REASON_LENGTH}
          onConfirm={(reason) => decide({ reason })}
          onClose={() => setDecided(null)}
        />
      )}
    </Section>
  );
}
