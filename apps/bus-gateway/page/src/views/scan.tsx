import { type FormEvent, useState } from "react";
import type { Overview } from "../../../src/web/api/api-routes.ts";
import type { ScanRun } from "../../../src/web/api/scan-runs.ts";
import { BusChoice } from "../bus-choice.tsx";
import { ask, Refused, usePolled } from "../gateway.ts";
import { useSay } from "../language.ts";
import type { Say } from "../text.ts";

const LOOK_EVERY_MS = 700;

export function ScanView({ overview }: { overview: Overview }) {
  const say = useSay();
  const [busId, setBusId] = useState(overview.buses[0]?.id ?? "");
  const [refused, setRefused] = useState<string | null>(null);
  const path = busId === "" ? null : `/buses/${encodeURIComponent(busId)}/scan`;
  const { value: run, again } = usePolled<ScanRun | null>(path, LOOK_EVERY_MS);
  const bus = overview.buses.find(({ id }) => id === busId);
  const post = async (to: string, body: unknown) => {
    try {
      await ask(to, body);
      setRefused(null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setRefused(error.message);
    }
    again();
  };
  const start = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void post(path ?? "", { from: Number(form.get("from")), to: Number(form.get("to")) });
  };
  const isRunning = run?.state === "running";
  return (
    <>
      <h1>{say("scan")}</h1>
      <form className="row" onSubmit={start}>
        <BusChoice buses={overview.buses} value={busId} onChange={setBusId} />
        <label>
          {say("from")}
          <input name="from" type="number" min={1} max={247} defaultValue={1} required />
        </label>
        <label>
          {say("to")}
          <input name="to" type="number" min={1} max={247} defaultValue={247} required />
        </label>
        {isRunning ? (
          <button type="button" onClick={() => void post(`${path}/stop`, {})}>
            {say("stopScan")}
          </button>
        ) : (
          <button type="submit" disabled={path === null}>
            {say("startScan")}
          </button>
        )}
      </form>
      <p className="hint">{say("scanHint")}</p>
      <div role="alert">{refused && <p className="notice bad">{refused}</p>}</div>
      {run && (
        <section className="card">
          <progress max={run.total} value={run.asked} aria-label={say("scan")} />
          <p aria-live="polite">
            {say("scanRunning", `${run.asked} / ${run.total}`)} · {say("scanFound", run.found.length)}{" "}
            {run.state === "done" && say("scanDone")}
            {run.state === "stopped" && say("scanStopped")}
            {run.state === "failed" && run.detail}
          </p>
          <ul className="plain">
            {run.found.map((unit) => {
              const known = bus?.units.find(({ unitId }) => unitId === unit.unitId);
              const names = known?.circuits.map(({ name }) => name).join(", ");
              return (
                <li key={unit.unitId}>
                  <strong>
                    {say("unit")} {unit.unitId}
                  </strong>{" "}
                  {names && (
                    <span className="badge">
                      {say("configured")}: {names}
                    </span>
                  )}{" "}
                  {fitsText(unit, say)}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}

function fitsText({ state, fits }: ScanRun["found"][number], say: Say): string {
  if (state === "unclear") return say("unclear");
  const names = fits.map(({ profile, variant }) => `${profile} ${variant}`);
  if (names.length === 0) return say("fitsNone");
  return `${names.length > 1 ? say("fitsSeveral") : ""}${names.join(", ")}`;
}
