import type { Overview } from "../../../src/web/api/api-routes.ts";
import type { BusView } from "../../../src/web/api/bus-view.ts";
import { durationText, shareText, useSay } from "../language.ts";
import type { Word } from "../text.ts";

export function BusesView({ overview }: { overview: Overview }) {
  const say = useSay();
  return (
    <>
      <h1>{say("buses")}</h1>
      {overview.buses.length === 0 && <p>{say("noBuses")}</p>}
      {overview.buses.map((bus) => (
        <Bus key={bus.id} bus={bus} />
      ))}
    </>
  );
}

function Bus({ bus }: { bus: BusView }) {
  const say = useSay();
  const { baud, parity, stopBits } = bus.line;
  return (
    <section className="card" aria-labelledby={`bus-${bus.id}`}>
      <div className="row">
        <h2 id={`bus-${bus.id}`}>{bus.name}</h2>
        <span className={`badge ${bus.state === "up" ? "good" : "bad"}`}>{say(bus.state)}</span>
        <span className="hint">{`${bus.pipe} · ${baud} 8${parity.charAt(0).toUpperCase()}${stopBits}`}</span>
      </div>
      <Utilisation bus={bus} />
      <Standing bus={bus} />
      <div className="columns">
        <Lanes bus={bus} />
        <Units bus={bus} />
      </div>
    </section>
  );
}

function Utilisation({ bus }: { bus: BusView }) {
  const say = useSay();
  const { plannedMilli, usedMilli, ratePerSecondMilli } = bus;
  const words = `${say("used")} ${shareText(usedMilli)} · ${say("planned")} ${shareText(plannedMilli)} · ${(ratePerSecondMilli / 1000).toFixed(1)} ${say("perSecond")}`;
  return (
    <div className="utilisation">
      <svg viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label={words}>
        <rect className="track" width="1000" height="20" />
        <rect
          className={bus.overcommitted ? "fill bad" : "fill"}
          width={Math.min(1000, usedMilli)}
          height="20"
        />
        <rect className="mark" x={Math.min(994, plannedMilli)} width="6" height="20" />
      </svg>
      <span>{words}</span>
    </div>
  );
}

/** In words, what the numbers mean. */
function Standing({ bus }: { bus: BusView }) {
  const say = useSay();
  const lateMs = Math.max(bus.lanes.poll.latenessMs, bus.lanes.watch.latenessMs);
  const isLate = lateMs > bus.pollIntervalMs;
  return (
    <>
      {bus.overcommitted && <p className="notice bad">{say("overcommitted")}</p>}
      {bus.state !== "up" && <p className="notice bad">{say("busIsDown")}</p>}
      {bus.state === "up" && (
        <p className={isLate ? "notice bad" : "notice"}>
          {isLate ? say("isLate", durationText(lateMs)) : say("inTime")}
          {bus.localEcho === true && ` ${say("echo")}`}
          {bus.foreignBytes > 0 && ` ${bus.foreignBytes} ${say("foreign")}.`}
        </p>
      )}
    </>
  );
}

function Lanes({ bus }: { bus: BusView }) {
  const say = useSay();
  const laneWord = (lane: string): Word => (lane === "scan" ? "scanLane" : (lane as Word));
  return (
    <table aria-label={`${bus.name}: ${say("lane")}`}>
      <thead>
        <tr>
          <th scope="col">{say("lane")}</th>
          <th scope="col">{say("plannedShare")}</th>
          <th scope="col">{say("waiting")}</th>
          <th scope="col">{say("done")}</th>
          <th scope="col">{say("failed")}</th>
          <th scope="col">{say("lateness")}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(bus.lanes).map(([lane, { plannedMilli, waiting, done, failed, latenessMs }]) => (
          <tr key={lane}>
            <th scope="row">{say(laneWord(lane))}</th>
            <td>{plannedMilli === 0 ? "" : shareText(plannedMilli)}</td>
            <td>{waiting}</td>
            <td>{done}</td>
            <td>{failed}</td>
            <td>{durationText(latenessMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Units({ bus }: { bus: BusView }) {
  const say = useSay();
  return (
    <ul className="units" aria-label={`${bus.name}: ${say("units")}`}>
      {bus.units.map((unit) => {
        const errors = (["timeouts", "crcErrors", "protocolErrors"] as const)
          .filter((kind) => unit[kind] > 0)
          .map((kind) => `${say(kind)} ${unit[kind]}`);
        const [circuit] = unit.circuits;
        return (
          <li key={unit.unitId} className={unit.presence}>
            <span className="unit-id">{unit.unitId}</span>
            {circuit ? (
              <a href={`#/circuits/${encodeURIComponent(circuit.id)}`}>
                {unit.circuits.map(({ name }) => name).join(", ")}
              </a>
            ) : (
              <span>–</span>
            )}
            <span className="hint">
              {say(unit.presence)}
              {unit.turnaroundMs !== null && ` · ${unit.turnaroundMs} ms`}
            </span>
            <span className={errors.length > 0 ? "errors" : "hint"}>
              {errors.join(", ") || say("noErrors")}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
