import type { EventRow } from "../api/rows.ts";
import { commonEn } from "./common.en.ts";
import { consoleEn } from "./console.en.ts";
import { codeText } from "./problem-text.ts";
import type { MessageKeyOf, Translate } from "./translated.ts";

type EventKey = MessageKeyOf<Pick<typeof consoleEn, "event" | "hold" | "problem" | "alarmKind" | "relay">>;

const isIn = <Table extends object>(table: Table, key: unknown): key is keyof Table & string =>
  typeof key === "string" && Object.hasOwn(table, key);

/** What happened, in the reader's language; a kind of tomorrow is shown by its own name. */
export function eventText(
  { kind, params }: Pick<EventRow, "kind" | "params">,
  t: Translate<EventKey>,
): string {
  const hold = isIn(commonEn.hold.kind, params.hold)
    ? t(`hold.kind.${params.hold}`)
    : String(params.hold ?? "");
  const by = String(params.by ?? params.origin ?? "");
  switch (kind) {
    case "hold-placed":
    case "hold-changed":
      return t(`event.${kind}`, { hold });
    case "hold-released":
      return params.by === undefined
        ? t("event.hold-released", { hold })
        : t("event.hold-released-by", { hold, by });
    case "command-refused": {
      const code = String(params.code ?? "");
      return t("event.command-refused", { by, reason: codeText(code, t) ?? code });
    }
    case "lockout-vote":
      return t("event.lockout-vote", { by, holder: String(params.holder ?? "") });
    case "reminder-acknowledged":
      return t("event.reminder-acknowledged", { by });
    case "vicious-verdict": {
      const { outcome } = params;
      return t("event.vicious-verdict", {
        outcome: isIn(consoleEn.event.outcome, outcome) ? t(`event.outcome.${outcome}`) : String(outcome),
      });
    }
    case "relay-operated": {
      const { outcome, relay } = params;
      return t(isIn(consoleEn.event.relay, outcome) ? `event.relay.${outcome}` : "event.relay.unanswered", {
        relay: isIn(commonEn.relay, relay) ? t(`relay.${relay}`) : String(relay),
      });
    }
    case "command-late":
    case "register-rebased":
      return t(`event.${kind}`, { by });
    case "vicious-load-gone":
      return t("event.vicious-load-gone");
    default:
      return isIn(consoleEn.alarmKind, kind) ? t(`alarmKind.${kind}`) : t("event.other", { kind });
  }
}
