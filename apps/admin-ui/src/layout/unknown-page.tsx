import { useT } from "../i18n/use-t.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { TextLink } from "../shared/text-link.tsx";

export function UnknownPage() {
  const t = useT();
  return (
    <>
      <PageTitle title={t("app.unknownPage")} />
      <EmptyState title={t("app.unknownPage")} action={<TextLink to="/board">{t("app.toBoard")}</TextLink>} />
    </>
  );
}

export function AccessDeniedPage() {
  const t = useT();
  return (
    <>
      <PageTitle title={t("app.denied")} />
      <EmptyState title={t("app.deniedHelp")} action={<TextLink to="/board">{t("app.toBoard")}</TextLink>} />
    </>
  );
}
