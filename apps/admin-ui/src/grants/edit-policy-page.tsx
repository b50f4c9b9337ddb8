import { useDataProvider, useNotify } from "react-admin";
import { useNavigate, useParams } from "react-router-dom";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { policyPath } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { draftOf, emptyDraft } from "./policy-draft.ts";
import { PolicyForm } from "./policy-form.tsx";
import type { GrantPolicy } from "./rows.ts";
import { useToday } from "./use-months.ts";

/** A new policy, or one that is changed. */
export default function EditPolicyPage() {
  const t = useT();
  const { id } = useParams();
  return (
    <>
      <PageTitle title={t(id === undefined ? "grants.new" : "grants.edit")} />
      {id === undefined ? <NewPolicy /> : <ChangedPolicy key={id} id={id} />}
    </>
  );
}

function NewPolicy() {
  const t = useT();
  const site = useSite();
  const notify = useNotify();
  const navigate = useNavigate();
  const today = useToday();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return (
    <PolicyForm
      initial={emptyDraft(today)}
      onCancel={() => navigate("/grants")}
      onSave={async (policy) => {
        const { data } = await dataProvider.create<GrantPolicy>("grant-policies", {
          data: { siteId: site.id, ...policy },
        });
        notify(t("grants.form.saved"), { type: "success" });
        navigate(policyPath(data.id));
      }}
    />
  );
}

function ChangedPolicy({ id }: { id: string }) {
  const t = useT();
  const { currencyDigits } = useSite();
  const notify = useNotify();
  const navigate = useNavigate();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { data: policy, error, refetch } = useRow<GrantPolicy>("grant-policies", id);
  if (policy === undefined)
    return error ? <LoadFailed error={error} retry={() => void refetch()} /> : <Waiting />;
  return (
    <PolicyForm
      initial={draftOf(policy, currencyDigits)}
      help={t("grants.form.editHelp")}
      onCancel={() => navigate(policyPath(id))}
      onSave={async (changed) => {
        await dataProvider.update<GrantPolicy>("grant-policies", { id, data: changed, previousData: policy });
        await refetch();
        notify(t("grants.form.saved"), { type: "success" });
        navigate(policyPath(id));
      }}
    />
  );
}
