import { Alert, Box } from "@mui/material";
import type { Alarm, BulkAnswer } from "../api/rows.ts";
import { codeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";

/** More would push the list off the screen; all of them stay selected. */
const MOST_NAMED = 5;

export interface BulkOutcome extends BulkAnswer {
  /** As the alarms were called when it was asked. */
  names: ReadonlyMap<string, string>;
}

/** What it is, and where; an alarm about the whole site has no narrower place. */
export const nameOf = ({ kind, subjectName }: Alarm, t: ReturnType<typeof useT>): string =>
  [t(`alarmKind.${kind}`), subjectName].filter((part) => part !== "").join(" · ");

export const namesOf = (alarms: readonly Alarm[], t: ReturnType<typeof useT>): Map<string, string> =>
  new Map(alarms.map((alarm) => [alarm.id, nameOf(alarm, t)]));

/** What became of a bulk act over mixed states: what was done, and each that was not, with the reason. */
export function BulkOutcomeAlert({ outcome, onClose }: { outcome: BulkOutcome; onClose: () => void }) {
  const t = useT();
  const { done, failed, names } = outcome;
  return (
    <Alert
      severity={failed.length === 0 ? "success" : "warning"}
      onClose={onClose}
      role="status"
      sx={{ mb: 1.5 }}
      closeText={t("common.close")}
    >
      {done.length > 0 && t("alarms.bulkDone", { smart_count: done.length })}
      {failed.length > 0 && (
        <>
          {" "}
          {t("alarms.bulkFailed", { smart_count: failed.length })}
          <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
            {failed.slice(0, MOST_NAMED).map(({ id, code }) => (
              <li key={id}>
                {names.get(id) ?? id}: {codeText(code, t) ?? code}
              </li>
            ))}
            {failed.length > MOST_NAMED && <li>… +{failed.length - MOST_NAMED}</li>}
          </Box>
        </>
      )}
    </Alert>
  );
}
