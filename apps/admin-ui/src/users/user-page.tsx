import { Alert, Box, Button } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetIdentity, useNotify, useRefresh } from "react-admin";
import { useParams } from "react-router-dom";
import { isNotFound } from "../api/request.ts";
import type { User } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { LOCALE_NAMES } from "../i18n/translated.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSiteView } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { SecretOnce } from "../shared/secret-once.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import { deviceName } from "./device-name.ts";
import { freshPassword } from "./new-user-dialog.tsx";
import type { UserSession } from "./rows.ts";
import { EVERY_SITE, isComplete, UserFieldInputs, type UserFields } from "./user-fields.tsx";

const RESOURCE = "users";
const pathOf = (id: string): string => `/users/${encodeURIComponent(id)}`;

function EditDialog({ user, isSelf, onClose }: { user: User; isSelf: boolean; onClose: () => void }) {
  const t = useT();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [fields, setFields] = useState<UserFields>(() => {
    const { name, roles, siteIds, locale } = user;
    return { name, roles, siteIds, locale };
  });

  async function save() {
    await dataProvider.update<User>(RESOURCE, { id: user.id, data: fields, previousData: user });
    notify(t("users.changed"), { type: "success" });
    refresh();
  }

  return (
    <FormDialog
      title={t("users.editTitle", { name: user.name })}
      submitLabel={t("common.save")}
      canSubmit={isComplete(fields)}
      onSubmit={save}
      onClose={onClose}
    >
      {isSelf && <Alert severity="info">{t("users.self")}</Alert>}
      <UserFieldInputs fields={fields} onChange={setFields} isReachFixed={isSelf} autoFocus />
    </FormDialog>
  );
}

function Sessions({ user }: { user: User }) {
  const t = useT();
  const format = useFormat();
  const notify = useNotify();
  const nowMs = useNowMs(60_000);
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { data, error, refetch } = useRead<UserSession[]>(RESOURCE, `${pathOf(user.id)}/sessions`);
  const [ending, setEnding] = useState<UserSession | null>(null);
  const nameOf = ({ program }: UserSession) => deviceName(program) ?? t("users.unknownDevice");

  async function end(session: UserSession) {
    await dataProvider.change("DELETE", `${pathOf(user.id)}/sessions/${encodeURIComponent(session.id)}`);
    notify(t("users.sessionEnded"), { type: "success" });
    await refetch();
  }

  return (
    <Section title={t("users.sessions")} flush>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={3} />}
      {data?.length === 0 && (
        <Box sx={{ px: 2, pb: 1 }}>
          <EmptyState dense title={t("users.noSessions")} help={t("users.noSessionsHelp")} />
        </Box>
      )}
      {data !== undefined && data.length > 0 && (
        <RowTable
          label={t("users.sessions")}
          maxHeight={480}
          rows={data}
          keyOf={({ id }) => id}
          columns={[
            {
              key: "device",
              title: t("users.device"),
              show: (session) => <span title={session.program ?? undefined}>{nameOf(session)}</span>,
            },
            { key: "address", title: t("users.address"), show: ({ address }) => address ?? "—" },
            {
              key: "started",
              title: t("users.started"),
              show: ({ startedAt }) => format.dateTime(startedAt),
            },
            { key: "seen", title: t("users.seen"), show: ({ seenAt }) => format.moment(seenAt, nowMs) },
            {
              key: "end",
              title: t("users.endSession"),
              isFigure: true,
              onCard: "figure",
              show: (session) => (
                <Button
                  size="small"
                  color="error"
                  aria-label={t("users.endSessionOf", { device: nameOf(session) })}
                  onClick={() => setEnding(session)}
                >
                  {t("users.endSession")}
                </Button>
              ),
            },
          ]}
        />
      )}
      {ending !== null && (
        <ConfirmAct
          title={t("users.endSessionOf", { device: nameOf(ending) })}
          confirmLabel={t("users.endSession")}
          color="error"
          onConfirm={() => end(ending)}
          onClose={() => setEnding(null)}
        >
          {t("users.endSessionHelp")}
        </ConfirmAct>
      )}
    </Section>
  );
}

type Asking = "edit" | "status" | "password";

function UserView({ user }: { user: User }) {
  const t = useT();
  const refresh = useRefresh();
  const { sites } = useSiteView();
  const { data: identity } = useGetIdentity();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  const isSelf = identity?.id === user.id;
  const isActive = user.status === "active";
  const close = () => setAsking(null);

  const change = async (body: object) => {
    await dataProvider.change("PATCH", pathOf(user.id), body);
    refresh();
  };
  async function resetPassword() {
    const fresh = freshPassword();
    await change({ password: fresh });
    setPassword(fresh);
  }

  return (
    <Box sx={{ display: "grid", gap: 2, alignItems: "start", maxWidth: 1000 }}>
      <Section
        title={user.name}
        aside={<Chip color={isActive ? "on" : "vacant"}>{t(`users.status.${user.status}`)}</Chip>}
      >
        <Facts>
          <Fact label={t("common.login")}>{user.login}</Fact>
          <Fact label={t("resources.users.fields.roles")}>
            {user.roles.map((role) => t(`role.${role}`)).join(", ")}
          </Fact>
          <Fact label={t("resources.users.fields.siteIds")}>
            {user.siteIds.includes(EVERY_SITE)
              ? t("users.allSites")
              : user.siteIds.map((id) => sites.find((site) => site.id === id)?.name ?? id).join(", ")}
          </Fact>
          <Fact label={t("resources.users.fields.locale")}>
            {user.locale === "zh" ? LOCALE_NAMES.zh : LOCALE_NAMES.en}
          </Fact>
        </Facts>
        <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 2, mt: 2, alignItems: "center" }}>
          {!user.roles.includes("resident") && (
            <Button variant="outlined" onClick={() => setAsking("edit")}>
              {t("users.edit")}
            </Button>
          )}
          <Button variant="outlined" onClick={() => setAsking("password")}>
            {t("users.resetPassword")}
          </Button>
          {!isSelf && (
            <Button
              variant="outlined"
              color={isActive ? "error" : "primary"}
              onClick={() => setAsking("status")}
            >
              {t(isActive ? "users.disable" : "users.enable")}
            </Button>
          )}
          <TextLink to={`/audit?actor=${encodeURIComponent(user.id)}`}>{t("users.trail")}</TextLink>
        </Box>
      </Section>
      <Sessions user={user} />
      {asking === "edit" && <EditDialog user={user} isSelf={isSelf} onClose={close} />}
      {asking === "status" && (
        <ConfirmAct
          title={t(isActive ? "users.disableTitle" : "users.enable", { name: user.name })}
          confirmLabel={t(isActive ? "users.disable" : "users.enable")}
          color={isActive ? "error" : "primary"}
          onConfirm={() => change({ status: isActive ? "disabled" : "active" })}
          onClose={close}
        >
          {isActive && t("users.disableHelp")}
        </ConfirmAct>
      )}
      {asking === "password" && (
        <ConfirmAct
          title={t("users.resetTitle", { name: user.name })}
          confirmLabel={t("users.resetPassword")}
          onConfirm={resetPassword}
          onClose={close}
        >
          {t("users.resetHelp")}
        </ConfirmAct>
      )}
      {password !== null && (
        <SecretOnce
          title={t("users.passwordTitle", { name: user.name })}
          label={t("users.password")}
          help={t("users.passwordOnce")}
          secret={password}
          onClose={() => setPassword(null)}
        />
      )}
    </Box>
  );
}

/** One user: what they may do, where they are signed in. */
export default function UserPage() {
  const t = useT();
  const { id = "" } = useParams();
  const { data: user, error, refetch } = useRow<User>(RESOURCE, id);
  return (
    <>
      <PageTitle title={user?.name ?? t("nav.users")} />
      <Box sx={{ mb: 1.5 }}>
        <TextLink to="/users">{t("users.back")}</TextLink>
      </Box>
      {error &&
        (isNotFound(error) ? (
          <EmptyState title={t("users.notFound")} />
        ) : (
          <LoadFailed error={error} retry={() => void refetch()} />
        ))}
      {user === undefined && !error && <Waiting />}
      {user !== undefined && <UserView user={user} />}
    </>
  );
}
