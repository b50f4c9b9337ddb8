import { useDataProvider, useRefresh } from "react-admin";
import type { BulkAnswer } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";

/** Bulk over mixed states: the server decides alarm by alarm, and its whole answer is told. */
export function useAlarmActs(tell: (answer: BulkAnswer) => void) {
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const done = (answer: BulkAnswer) => {
    tell(answer);
    refresh();
  };
  return {
    acknowledge: async (ids: string[], comment: string) =>
      done(await dataProvider.acknowledgeAlarms(ids, comment)),
    shelve: async (ids: string[], reason: string, until: string) =>
      done(await dataProvider.shelveAlarms(ids, reason, until)),
    unshelve: async (ids: string[]) => done(await dataProvider.unshelveAlarms(ids)),
  };
}
