import type { Overview } from "../../../src/web/api/api-routes.ts";
import { usePolled } from "../gateway.ts";
import { dayText, useSay } from "../language.ts";

const LOOK_EVERY_MS = 5000;

/** What the gateway's log keeps: events, alarms and results. */
interface LoggedEvent {
  type: string;
  at?: string;
  kind?: string;
  state?: string;
  subject?: { circuitId?: string; busId?: string };
  params?: Record<string, unknown>;
  result?: { at: string; commandId: string; state: string; code?: string; detail?: string };
}

export function EventsView({ overview }: { overview: Overview }) {
  const say = useSay();
  return (
    <>
      <h1>{say("events")}</h1>
      <EventList names={new Map(overview.circuits.map(({ id, name }) => [id, name]))} />
    </>
  );
}

/** @param circuitId only what concerns it */
export function EventList({ circuitId, names }: { circuitId?: string; names: ReadonlyMap<string, string> }) {
  const say = useSay();
  const query = circuitId === undefined ? "" : `?circuitId=${encodeURIComponent(circuitId)}&limit=30`;
  const { value: events } = usePolled<LoggedEvent[]>(`/events${query}`, LOOK_EVERY_MS);
  if (events === null) return <p>{say("loading")}</p>;
  if (events.length === 0) return <p>{say("noEvents")}</p>;
  return (
    <ol className="plain events">
      {events.map((event) => {
        const at = event.at ?? event.result?.at;
        const where = event.subject?.circuitId;
        return (
          <li key={JSON.stringify(event)}>
            <span className="hint">{at && dayText(at)}</span>
            <strong>
              {event.result ? `command ${event.result.state}` : event.kind}
              {event.state && ` ${event.state}`}
            </strong>
            {where && circuitId === undefined && (
              <a href={`#/circuits/${encodeURIComponent(where)}`}>{names.get(where) ?? where}</a>
            )}
            <span className="hint">{detailOf(event)}</span>
          </li>
        );
      })}
    </ol>
  );
}

function detailOf({ params, result }: LoggedEvent): string {
  const told = Object.entries(params ?? {}).map(([name, value]) => `${name} ${String(value)}`);
  const outcome = result ? [result.code, result.detail].filter(Boolean) : [];
  return [...told, ...outcome].join(" · ");
}
