import AddIcon from "@mui/icons-material/Add";
import { Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { DataTable } from "react-admin";
import type { User } from "../api/rows.ts";
import { LOCALE_NAMES } from "../i18n/translated.ts";
import { useT } from "../i18n/use-t.ts";
import { useSiteView } from "../layout/site-context.tsx";
import { ResourceList } from "../shared/resource-list.tsx";
import { SecretOnce } from "../shared/secret-once.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useUrlChoice } from "../shared/use-url-choice.ts";
import { ApiKeys } from "./api-keys.tsx";
import { NewUserDialog } from "./new-user-dialog.tsx";
import { EVERY_SITE } from "./user-fields.tsx";

const VIEWS = ["people", "keys"] as const;
const CHOICES = ["view"] as const;

const userPath = (id: string): string => `/users/${encodeURIComponent(id)}`;

function People() {
  const t = useT();
  const { sites } = useSiteView();
  const rolesOf = ({ roles }: User) => roles.map((role) => t(`role.${role}`)).join(", ");
  const sitesOf = ({ siteIds }: User) =>
    siteIds.includes(EVERY_SITE)
      ? t("users.allSites")
      : siteIds.map((id) => sites.find((site) => site.id === id)?.name ?? id).join(", ");
  const languageOf = ({ locale }: User) => (locale === "zh" ? LOCALE_NAMES.zh : LOCALE_NAMES.en);
  const statusOf = ({ status }: User) => (
    <Chip color={status === "active" ? "on" : "vacant"}>{t(`users.status.${status}`)}</Chip>
  );
  return (
    <ResourceList<User>
      resource="users"
      title={t("nav.users")}
      sort={{ field: "name", order: "ASC" }}
      searchLabel={t("users.search")}
      empty={{ title: t("users.empty"), help: t("users.emptyHelp") }}
      card={(user) => (
        <>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
            <TextLink to={userPath(user.id)}>{user.name}</TextLink>
            {user.status === "disabled" && statusOf(user)}
          </Box>
          <Typography variant="body2">{user.login}</Typography>
          <Typography variant="body2" color="textSecondary">
            {rolesOf(user)} · {sitesOf(user)}
          </Typography>
        </>
      )}
    >
      <DataTable<User> bulkActionButtons={false} rowClick={false}>
        <DataTable.Col<User>
          source="name"
          render={(row) => <TextLink to={userPath(row.id)}>{row.name}</TextLink>}
        />
        <DataTable.Col<User> source="login" />
        <DataTable.Col<User> source="roles" disableSort render={rolesOf} />
        <DataTable.Col<User> source="siteIds" disableSort render={sitesOf} />
        <DataTable.Col<User> source="locale" disableSort render={languageOf} />
        <DataTable.Col<User> source="status" disableSort render={statusOf} />
      </DataTable>
    </ResourceList>
  );
}

/** Who may do what here: people with their logins, and programs with their keys. */
export default function UsersPage() {
  const t = useT();
  const [choice, choose] = useUrlChoice(CHOICES);
  const view = choice.view === "keys" ? "keys" : "people";
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<{ name: string; password: string } | null>(null);
  return (
    <>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center", mb: 1.5 }}>
        <ToggleChips
          label={t("users.view")}
          options={VIEWS.map((value) => ({ value, label: t(`users.${value}`) }))}
          value={view}
          onChange={(next) => choose({ view: next === "people" ? "" : next })}
        />
        <Box sx={{ flex: 1 }} />
        {view === "people" && (
          <Button variant="contained" startIcon={<AddIcon aria-hidden />} onClick={() => setAdding(true)}>
            {t("users.add")}
          </Button>
        )}
      </Box>
      {view === "people" ? <People /> : <ApiKeys />}
      {isAdding && (
        <NewUserDialog
          onCreated={(name, password) => setCreated({ name, password })}
          onClose={() => setAdding(false)}
        />
      )}
      {created !== null && (
        <SecretOnce
          title={t("users.passwordTitle", { name: created.name })}
          label={t("users.password")}
          help={t("users.passwordOnce")}
          secret={created.password}
          onClose={() => setCreated(null)}
        />
      )}
    </>
  );
}
