import { createContext, type ReactNode, useContext } from "react";
import type { Role } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { EmptyState } from "../shared/empty-state.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { may, type Right } from "./roles.ts";

const RolesContext = createContext<readonly Role[]>([]);

/** Without it, nobody may anything. */
export const RolesProvider = RolesContext.Provider;

export const useRoles = (): readonly Role[] => useContext(RolesContext);

export function useMay(): (right: Right) => boolean {
  const roles = useRoles();
  return (right) => may(roles, right);
}

/** Guards a page of our own as react-admin guards its resources. */
export function Guarded({ right, children }: { right: Right; children: ReactNode }) {
  const t = useT();
  const allowed = useMay()(right);
  if (allowed) return children;
  return (
    <>
      <PageTitle title={t("app.denied")} />
      <EmptyState title={t("app.deniedHelp")} action={<TextLink to="/board">{t("app.toBoard")}</TextLink>} />
    </>
  );
}
