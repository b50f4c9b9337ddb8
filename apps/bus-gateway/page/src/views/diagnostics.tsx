import type { Overview } from "../../../src/web/api/api-routes.ts";
import { dayText, useSay } from "../language.ts";

export function DiagnosticsView({ overview }: { overview: Overview }) {
  const say = useSay();
  const { uplink, outbox, startedAt, alarms } = overview;
  return (
    <>
      <h1>{say("diagnostics")}</h1>
      <section className="card">
        <dl>
          <dt>{say("server")}</dt>
          <dd>
            <span className={`badge ${uplink.isOnline ? "good" : "bad"}`}>
              {say(uplink.isOnline ? "connected" : "notConnected")}
            </span>
          </dd>
          <dt>{say("outbox")}</dt>
          <dd>
            {outbox.count} · {Math.ceil(outbox.bytes / 1024)} KiB
          </dd>
          <dt>{say("started")}</dt>
          <dd>{dayText(startedAt)}</dd>
          <dt>{say("alarms")}</dt>
          <dd>{alarms.length}</dd>
        </dl>
        <h2>{say("bundle")}</h2>
        <p>{say("bundleHint")}</p>
        <a className="button" href="/api/diagnostics" download>
          {say("download")}
        </a>
      </section>
    </>
  );
}
