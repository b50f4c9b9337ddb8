import { Box, Button, MenuItem, Paper, TextField } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useGetIdentity, useGetList } from "react-admin";
import type { User } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { useUrlChoice } from "../shared/use-url-choice.ts";
import { Waiting } from "../shared/waiting.tsx";
import { AUDIT_CHOICES, type AuditChoice, auditQuery, chainOf } from "./audit-filter.ts";
import { resourceName } from "./audit-names.ts";
import { AuditRow } from "./audit-row.tsx";
import { ChainCheck } from "./chain-check.tsx";
import { auditEn } from "./messages.en.ts";
import type { AuditEntry } from "./rows.ts";

const PER_PAGE = 25;
const MOST_PEOPLE = 500;
const EVERY_SITE = "*";
const RESOURCES = Object.keys(auditEn.audit.resource);
const SHRUNK = { select: { displayEmpty: true }, inputLabel: { shrink: true } } as const;

function FilterBar({
  choice,
  onChoose,
}: {
  choice: AuditChoice;
  onChoose: (next: Partial<AuditChoice>) => void;
}) {
  const t = useT();
  const { data: people } = useGetList<User>("users", {
    pagination: { page: 1, perPage: MOST_PEOPLE },
    sort: { field: "name", order: "ASC" },
  });
  const staff = (people ?? []).filter(({ roles }) => !roles.includes("resident"));
  // Who was removed, or is no user, can still be asked for by an address.
  const isUnlisted = choice.actor !== "" && !staff.some(({ id }) => id === choice.actor);
  const subjects = RESOURCES.map((value) => ({ value, name: resourceName(value, t) })).sort((a, b) =>
    a.name.localeCompare(b.name),
  );
  const isNarrowed = [choice.actor, choice.resource, choice.subject, choice.from, choice.to].some(Boolean);
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 1.5, alignItems: "center", mb: 1.5 }}>
      <TextField
        select
        label={t("audit.person")}
        value={choice.actor}
        onChange={(event) => onChoose({ actor: event.target.value })}
        slotProps={SHRUNK}
        sx={{ minWidth: 180, flex: { xs: "1 1 100%", sm: "none" } }}
      >
        <MenuItem value="">{t("audit.anyone")}</MenuItem>
        {isUnlisted && <MenuItem value={choice.actor}>{choice.actor}</MenuItem>}
        {staff.map(({ id, name }) => (
          <MenuItem key={id} value={id}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        label={t("audit.subject")}
        value={RESOURCES.includes(choice.resource) ? choice.resource : ""}
        onChange={(event) => onChoose({ resource: event.target.value, subject: "" })}
        slotProps={SHRUNK}
        sx={{ minWidth: 180, flex: { xs: "1 1 100%", sm: "none" } }}
      >
        <MenuItem value="">{t("audit.anything")}</MenuItem>
        {subjects.map(({ value, name }) => (
          <MenuItem key={value} value={value}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      {(["from", "to"] as const).map((end) => (
        <TextField
          key={end}
          type="date"
          label={t(end === "from" ? "audit.fromDay" : "audit.toDay")}
          value={choice[end]}
          onChange={(event) => onChoose({ [end]: event.target.value })}
          slotProps={{ inputLabel: { shrink: true } }}
          sx={{ flex: { xs: 1, sm: "none" }, minWidth: 140 }}
        />
      ))}
      {isNarrowed && (
        <Button
          size="small"
          onClick={() => onChoose({ actor: "", resource: "", subject: "", from: "", to: "" })}
        >
          {t("audit.clear")}
        </Button>
      )}
    </Box>
  );
}

/** Who changed what, when, and what it was before; and whether the record is whole. */
export default function AuditPage() {
  const t = useT();
  const site = useSite();
  const nowMs = useNowMs(60_000);
  const { data: identity } = useGetIdentity();
  const [choice, choose] = useUrlChoice(AUDIT_CHOICES);
  const refetchInterval = useFallbackInterval();
  const page = Math.max(1, Number.parseInt(choice.page, 10) || 1);
  const chooseAndRestart = (next: Partial<AuditChoice>) => choose({ page: "", ...next });
  const { data, total, error, refetch } = useGetList<AuditEntry>(
    "audit",
    {
      pagination: { page, perPage: PER_PAGE },
      sort: { field: "at", order: "DESC" },
      filter: auditQuery(choice, site),
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  const seesEverySite = (identity as (User & { id: string }) | undefined)?.siteIds?.includes(EVERY_SITE);

  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <PageTitle title={t("nav.audit")} />
      <ChainCheck key={chainOf(choice.scope, site.id)} siteId={chainOf(choice.scope, site.id)} />
      <div>
        {seesEverySite === true && (
          <Box sx={{ mb: 1.5 }}>
            <ToggleChips
              label={t("audit.scope")}
              options={[
                { value: "site", label: t("audit.scopeSite") },
                { value: "system", label: t("audit.scopeSystem") },
              ]}
              value={choice.scope === "system" ? "system" : "site"}
              onChange={(scope) => chooseAndRestart({ scope: scope === "site" ? "" : scope })}
            />
          </Box>
        )}
        <FilterBar choice={choice} onChoose={chooseAndRestart} />
        {error && <LoadFailed error={error} retry={() => void refetch()} />}
        {data === undefined && !error && <Waiting rows={8} />}
        {data?.length === 0 && (
          <EmptyState
            title={t(Object.values(choice).some(Boolean) ? "audit.noMatch" : "audit.empty")}
            help={t(Object.values(choice).some(Boolean) ? "audit.noMatchHelp" : "audit.emptyHelp")}
          />
        )}
        {data !== undefined && data.length > 0 && (
          <Paper
            component="ul"
            variant="outlined"
            aria-label={t("audit.entries")}
            sx={{ m: 0, p: 0, overflow: "hidden" }}
          >
            {data.map((entry) => (
              <AuditRow key={entry.id} entry={entry} nowMs={nowMs} />
            ))}
          </Paper>
        )}
        <Box sx={{ mt: 1 }}>
          <Pages
            page={page}
            perPage={PER_PAGE}
            total={total ?? 0}
            onPage={(next) => choose({ page: next > 1 ? String(next) : "" })}
            label={t("audit.entries")}
          />
        </Box>
      </div>
    </Box>
  );
}
