import { registerText } from "@hallmeter/meter-model/trace-text";
import { useState } from "react";
import type { Overview } from "../../../src/web/api/api-routes.ts";
import type { CircuitView as Circuit } from "../../../src/web/api/circuit-view.ts";
import type { MeterReading } from "../../../src/web/api/meter-reading.ts";
import type { RelayTest, RelayTestRefusal } from "../../../src/web/api/relay-tests.ts";
import { namedText } from "../event-text.ts";
import { type Refused, usePolled } from "../gateway.ts";
import { clockText, dayText, useLanguage, useSay } from "../language.ts";
import { PhaseDiagram } from "../phase-diagram.tsx";
import { angleText } from "../phasors.ts";
import { holdText, waitText } from "../reason-text.ts";
import { isWord, type Say } from "../text.ts";
import { EventList } from "./events.tsx";
import { RelayTestCard } from "./relay-test.tsx";

export type CircuitAnswer = Circuit & {
  relayTest: RelayTest | null;
  relayTestRefusal: RelayTestRefusal | null;
};

const CIRCUIT_EVERY_MS = 1000;
/** It takes the wire from the polls. */
const METER_EVERY_MS = 30_000;

export function CircuitsView({ overview }: { overview: Overview }) {
  const say = useSay();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const rows = overview.circuits.filter(({ name, unitId }) =>
    `${name} ${unitId}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <h1>{say("circuits")}</h1>
      <label className="narrow">
        {say("find")}
        <input type="search" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      {rows.length === 0 && <p>{say("noCircuits")}</p>}
      <ul className="units">
        {rows.map(({ id, name, unitId, presence, relay, activePowerW }) => (
          <li key={id} className={presence}>
            <span className="unit-id">{unitId}</span>
            <a href={`#/circuits/${encodeURIComponent(id)}`}>{name}</a>
            <span className="hint">{say(presence)}</span>
            <span>
              {say(relay)} · {activePowerW === null ? "–" : `${activePowerW} W`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function CircuitView({ id }: { id: string }) {
  const say = useSay();
  const {
    value: circuit,
    refused,
    again,
  } = usePolled<CircuitAnswer>(`/circuits/${encodeURIComponent(id)}`, CIRCUIT_EVERY_MS);
  const meter = usePolled<MeterReading>(`/circuits/${encodeURIComponent(id)}/meter`, METER_EVERY_MS);
  if (!circuit) return <p>{refused ? refusedText(say, refused) : say("loading")}</p>;
  return (
    <>
      <div className="row">
        <h1>{circuit.name}</h1>
        <span className={`badge ${circuit.presence === "offline" ? "bad" : "good"}`}>
          {say(circuit.presence)}
        </span>
        <span className="hint">
          {say("unit")} {circuit.unitId}
          {circuit.loop > 1 && `.${circuit.loop}`} · {circuit.profile}{" "}
          {isWord(circuit.variant) ? say(circuit.variant) : circuit.variant}
        </span>
      </div>
      <div className="columns">
        <div>
          <Values circuit={circuit} />
          <MeterCard circuit={circuit} />
          <Holds circuit={circuit} />
          <RelayTestCard circuit={circuit} onAsked={again} />
        </div>
        <section className="card">
          <h2>{say("phases")}</h2>
          {meter.value ? (
            <Phases reading={meter.value} />
          ) : (
            <p>{meter.refused ? refusedText(say, meter.refused) : say("loading")}</p>
          )}
          <button type="button" className="quiet" onClick={meter.again}>
            {say("askMeter")}
          </button>
        </section>
        <section className="card wide">
          <h2>{say("parameters")}</h2>
          {meter.value ? (
            <Parameters reading={meter.value} />
          ) : (
            <p>{meter.refused ? refusedText(say, meter.refused) : say("loading")}</p>
          )}
        </section>
        <section className="card wide">
          <h2>{say("events")}</h2>
          <EventList circuitId={id} names={new Map()} />
        </section>
      </div>
    </>
  );
}

function Values({ circuit }: { circuit: Circuit }) {
  const say = useSay();
  const language = useLanguage();
  const { lastSample: sample, relay, intended, waitsFor } = circuit;
  return (
    <section className="card">
      <h2>
        {say("relay")}: {say(relay)}
        {relay !== intended && ` (${say("shallBe", say(intended))})`}
      </h2>
      {waitsFor && <p className="notice">{say("waits", waitText(language, waitsFor))}</p>}
      {sample === null ? (
        <p>{say("never")}</p>
      ) : (
        <>
          <dl>
            <dt>{say("power")}</dt>
            <dd>{sample.activePowerW} W</dd>
            <dt>{say("reactive")}</dt>
            <dd>{sample.reactivePowerVar} var</dd>
            <dt>{say("voltage")}</dt>
            <dd>{(sample.voltageDv / 10).toFixed(1)} V</dd>
            <dt>{say("current")}</dt>
            <dd>{(sample.currentCa / 100).toFixed(2)} A</dd>
            <dt>{say("powerFactor")}</dt>
            <dd>{(sample.powerFactorMilli / 1000).toFixed(3)}</dd>
            <dt>{say("frequency")}</dt>
            <dd>{sample.frequencyCHz === 0 ? "–" : `${(sample.frequencyCHz / 100).toFixed(2)} Hz`}</dd>
            <dt>{say("energy")}</dt>
            <dd>{(sample.energyWh / 1000).toFixed(2)} kWh</dd>
          </dl>
          <p className="hint">{say("asOf", clockText(sample.at))}</p>
        </>
      )}
    </section>
  );
}

function MeterCard({ circuit: { meter } }: { circuit: Circuit }) {
  const say = useSay();
  const { serial, standing, clock } = meter;
  return (
    <section className="card">
      <h2>{say("meter")}</h2>
      {standing === "changed" && <p className="notice">{say("otherMeter")}</p>}
      <dl>
        <dt>{say("serialNumber")}</dt>
        <dd>{serial ?? say("noSerial")}</dd>
        {clock && (
          <>
            <dt>{say("meterClock")}</dt>
            <dd>{clockOffsetText(say, clock.offsetMs)}</dd>
          </>
        )}
        {clock?.correctedAt && (
          <>
            <dt>{say("lastCorrected")}</dt>
            <dd>{dayText(clock.correctedAt)}</dd>
          </>
        )}
      </dl>
      {clock && <p className="hint">{say("asOf", dayText(clock.comparedAt))}</p>}
    </section>
  );
}

/** Why there is no answer: in words where the code has some. */
const refusedText = (say: Say, { code, message }: Refused): string => (isWord(code) ? say(code) : message);

/** A clock shows whole seconds. */
function clockOffsetText(say: Say, offsetMs: number | null): string {
  if (offsetMs === null) return say("noTime");
  const seconds = Math.round(offsetMs / 1000);
  if (seconds === 0) return say("right");
  const days = Math.floor(Math.abs(seconds) / 86_400);
  if (days > 1) return say(seconds > 0 ? "aheadDays" : "behindDays", days);
  return seconds > 0 ? say("ahead", seconds) : say("behind", -seconds);
}

function Phases({ reading: { phasors } }: { reading: MeterReading }) {
  const say = useSay();
  if (phasors.every(({ voltageDv }) => voltageDv === null)) return <p>{say("noPhases")}</p>;
  return (
    <>
      <PhaseDiagram phasors={phasors} />
      <table aria-label={say("phases")}>
        <thead>
          <tr>
            <th scope="col">{say("phase")}</th>
            <th scope="col">U</th>
            <th scope="col">I</th>
            <th scope="col">P</th>
            <th scope="col">Q</th>
            <th scope="col">{say("angle")}</th>
          </tr>
        </thead>
        <tbody>
          {phasors.map((phasor) => (
            <tr key={phasor.phase}>
              <th scope="row">{phasor.phase || "L"}</th>
              <td>{phasor.voltageDv === null ? "–" : `${(phasor.voltageDv / 10).toFixed(1)} V`}</td>
              <td>{phasor.currentCa === null ? "–" : `${(phasor.currentCa / 100).toFixed(2)} A`}</td>
              <td>{phasor.activePowerW === null ? "–" : `${phasor.activePowerW} W`}</td>
              <td>{phasor.reactivePowerVar === null ? "–" : `${phasor.reactivePowerVar} var`}</td>
              <td>{angleText(phasor)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">{say("phasesHint")}</p>
    </>
  );
}

function Parameters({ reading: { parameters } }: { reading: MeterReading }) {
  const say = useSay();
  const desired = parameters.filter(({ state }) => state !== null);
  const others = parameters.filter(({ state }) => state === null);
  if (parameters.length === 0) return <p>{say("noParameters")}</p>;
  return (
    <>
      {desired.length > 0 ? <ParameterTable rows={desired} /> : <p>{say("nothingDesired")}</p>}
      <details>
        <summary>{say("otherParameters", others.length)}</summary>
        <ParameterTable rows={others} />
      </details>
    </>
  );
}

function ParameterTable({ rows }: { rows: MeterReading["parameters"] }) {
  const say = useSay();
  const language = useLanguage();
  return (
    <table aria-label={say("parameters")}>
      <thead>
        <tr>
          <th scope="col">{say("parameters")}</th>
          <th scope="col">{say("desired")}</th>
          <th scope="col">{say("actual")}</th>
          <th scope="col">{say("standing")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, desired, actual, state }) => (
          <tr key={name}>
            <th scope="row">{registerText(name, language)}</th>
            <td>{desired ?? "–"}</td>
            <td>{actual ?? say("unreadable")}</td>
            <td>
              {state && <span className={`badge ${state === "same" ? "good" : "bad"}`}>{say(state)}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Holds({ circuit: { holds } }: { circuit: Circuit }) {
  const say = useSay();
  const language = useLanguage();
  return (
    <section className="card">
      <h2>{say("holds")}</h2>
      {holds.length === 0 && <p>{say("noHolds")}</p>}
      <ul className="plain">
        {holds.map((hold) => (
          <li key={hold.kind}>
            <strong>{namedText(language, hold.kind)}</strong> {holdText(language, hold)}
            <span className="hint">
              {" "}
              {say("since")} {dayText(hold.since)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
