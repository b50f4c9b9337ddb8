import { useDataProvider, useNotify, useRefresh } from "react-admin";
import type { BulkAnswer } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";

/** Bulk over mixed states: what could not be done is told, not hidden, and stays selected. */
export function useAlarmActs(onDone: (failedIds: string[]) => void) {
  const t = useT();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();

  function tell({ done, failed }: BulkAnswer) {
    if (failed.length === 0) notify(t("alarms.done", { smart_count: done.length }), { type: "success" });
    else notify(t("alarms.partly", { done: done.length, failed: failed.length }), { type: "warning" });
    onDone(failed.map(({ id }) => id));
    refresh();
  }

  return {
    acknowledge: async (ids: string[], comment: string) =>
      tell(await dataProvider.acknowledgeAlarms(ids, comment)),
    shelve: async (ids: string[], reason: string, until: string) =>
      tell(await dataProvider.shelveAlarms(ids, reason, until)),
    unshelve: async (ids: string[]) => tell(await dataProvider.unshelveAlarms(ids)),
  };
}
