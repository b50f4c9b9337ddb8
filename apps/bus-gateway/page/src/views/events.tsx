import type { Overview } from "../../../src/web/api/api-routes.ts";
import type { LoggedEvent } from "../../../src/web/api/event-log.ts";
import { detailsText, whatText } from "../event-text.ts";
import { usePolled } from "../gateway.ts";
import { dayText, useLanguage, useSay } from "../language.ts";

const LOOK_EVERY_MS = 5000;

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
  const language = useLanguage();
  const query = circuitId === undefined ? "" : `?circuitId=${encodeURIComponent(circuitId)}&limit=30`;
  const { value: events } = usePolled<LoggedEvent[]>(`/events${query}`, LOOK_EVERY_MS);
  if (events === null) return <p>{say("loading")}</p>;
  if (events.length === 0) return <p>{say("noEvents")}</p>;
  return (
    <ol className="plain events">
      {events.map(({ at, what, circuitId: where, details }) => (
        <li key={JSON.stringify([at, what, where, details])}>
          <span className="hint">{dayText(at)}</span>
          <strong>{whatText(language, what)}</strong>
          {where && circuitId === undefined && (
            <a href={`#/circuits/${encodeURIComponent(where)}`}>{names.get(where) ?? where}</a>
          )}
          <span className="hint">{detailsText(language, details)}</span>
        </li>
      ))}
    </ol>
  );
}
