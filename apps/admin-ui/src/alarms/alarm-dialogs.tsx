import { useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";

export function AcknowledgeDialog({
  count,
  onConfirm,
  onClose,
}: {
  count: number;
  onConfirm: (comment: string) => Promise<void>;
  onClose: () => void;
}) {
  const t = useT();
  return (
    <ConfirmWithReason
      title={t("alarms.acknowledgeTitle", { smart_count: count })}
      help={t("alarms.acknowledgeHelp")}
      confirmLabel={t("alarms.acknowledge")}
      reasonLabel={t("alarms.comment")}
      reasonRequired={false}
      onConfirm={onConfirm}
      onClose={onClose}
    />
  );
}

/** A shift, a day, a weekend, a week; the API takes at most 31 days. */
const SHELF_HOURS = [1, 4, 8, 24, 72, 168] as const;
const DEFAULT_HOURS = 8;
const HOUR_MS = 3_600_000;

export function ShelveDialog({
  count,
  onConfirm,
  onClose,
}: {
  count: number;
  onConfirm: (reason: string, until: string) => Promise<void>;
  onClose: () => void;
}) {
  const t = useT();
  const [hours, setHours] = useState<number>(DEFAULT_HOURS);
  return (
    <ConfirmWithReason
      title={t("alarms.shelveTitle", { smart_count: count })}
      help={t("alarms.shelveHelp")}
      confirmLabel={t("alarms.shelve")}
      onConfirm={(reason) => onConfirm(reason, new Date(Date.now() + hours * HOUR_MS).toISOString())}
      onClose={onClose}
    >
      <ChoiceField
        label={t("alarms.shelveFor")}
        value={hours}
        choices={SHELF_HOURS.map((value) => ({ value, label: t("alarms.hours", { smart_count: value }) }))}
        onChange={setHours}
      />
    </ConfirmWithReason>
  );
}
