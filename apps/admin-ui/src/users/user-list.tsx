import { Typography } from "@mui/material";
import { DataTable } from "react-admin";
import type { User } from "../api/rows.ts";
import { LOCALE_NAMES } from "../i18n/translated.ts";
import { useT } from "../i18n/use-t.ts";
import { useSiteView } from "../layout/site-context.tsx";
import { ResourceList } from "../shared/resource-list.tsx";

/** In place of a list of site ids: every site, those of tomorrow included. */
const EVERY_SITE = "*";

export default function UserList() {
  const t = useT();
  const { sites } = useSiteView();
  const rolesOf = ({ roles }: User) => roles.map((role) => t(`role.${role}`)).join(", ");
  const sitesOf = ({ siteIds }: User) =>
    siteIds.includes(EVERY_SITE)
      ? t("users.allSites")
      : siteIds.map((id) => sites.find((site) => site.id === id)?.name ?? id).join(", ");
  const languageOf = ({ locale }: User) => (locale === "zh" ? LOCALE_NAMES.zh : LOCALE_NAMES.en);
  return (
    <ResourceList<User>
      resource="users"
      title={t("nav.users")}
      sort={{ field: "name", order: "ASC" }}
      searchLabel={t("resources.users.fields.name")}
      empty={{ title: t("users.empty"), help: t("users.emptyHelp") }}
      card={(user) => (
        <>
          <strong>{user.name}</strong>
          <Typography variant="body2">{user.login}</Typography>
          <Typography variant="body2" color="textSecondary">
            {rolesOf(user)} · {sitesOf(user)}
          </Typography>
        </>
      )}
    >
      <DataTable<User> bulkActionButtons={false} rowClick={false}>
        <DataTable.Col<User> source="name" render={(row) => <strong>{row.name}</strong>} />
        <DataTable.Col<User> source="login" />
        <DataTable.Col<User> source="roles" disableSort render={rolesOf} />
        <DataTable.Col<User> source="siteIds" disableSort render={sitesOf} />
        <DataTable.Col<User> source="locale" disableSort render={languageOf} />
      </DataTable>
    </ResourceList>
  );
}
