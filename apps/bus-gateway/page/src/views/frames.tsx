import { frameText, registerText } from "@hallmeter/meter-model/trace-text";
import { useEffect, useRef, useState } from "react";
import type { Overview } from "../../../src/web/api/api-routes.ts";
import type { ShownFrame } from "../../../src/web/frames/bus-frames.ts";
import { BusChoice } from "../bus-choice.tsx";
import { clockText, useLanguage, useSay } from "../language.ts";

const FRAMES_KEPT = 500;
const ARROWS = { sent: "→", received: "←", dropped: "×" } as const;

interface Kept {
  shown: ShownFrame[];
  waiting: ShownFrame[];
}

export function FramesView({ overview }: { overview: Overview }) {
  const say = useSay();
  const [busId, setBusId] = useState(overview.buses[0]?.id ?? "");
  const [unit, setUnit] = useState("");
  const [isPaused, setPaused] = useState(false);
  const { shown, waiting } = useFrames(busId, isPaused);
  const bus = overview.buses.find(({ id }) => id === busId);
  const rows = shown.filter(({ unitId }) => unit === "" || unitId === unit);
  return (
    <>
      <h1>{say("frames")}</h1>
      <div className="row">
        <BusChoice buses={overview.buses} value={busId} onChange={setBusId} />
        <label>
          {say("unit")}
          <select value={unit} onChange={(event) => setUnit(event.target.value)}>
            <option value="">{say("all")}</option>
            {bus?.units.map(({ unitId, circuits }) => (
              <option key={unitId} value={String(unitId)}>
                {unitId} {circuits.map(({ name }) => name).join(", ")}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => setPaused(!isPaused)}>
          {say(isPaused ? "resume" : "pause")}
        </button>
      </div>
      <p className="hint">{isPaused ? say("framesPaused", waiting.length) : say("framesLive")}</p>
      {rows.length === 0 ? (
        <p>{say("noFrames")}</p>
      ) : (
        <ol className="frames" aria-label={say("frames")}>
          {rows.map((frame) => (
            <Row key={frame.number} frame={frame} />
          ))}
        </ol>
      )}
    </>
  );
}

function Row({ frame }: { frame: ShownFrame }) {
  const say = useSay();
  const language = useLanguage();
  const { at, direction, unitId, text, values, hex } = frame;
  return (
    <li className={direction}>
      <span className="hint">{clockText(at)}</span>
      <span role="img" aria-label={say(direction)}>
        {ARROWS[direction]}
      </span>
      <span className="unit-id">{unitId ?? "?"}</span>
      <span className="what">
        {frameText(text, language)}
        {values.length > 0 && (
          <span className="values">
            {values.map(({ name, text: value }) => `${registerText(name, language)} ${value}`).join(" · ")}
          </span>
        )}
        <code>{hex.replace(/(..)(?=.)/g, "$1 ")}</code>
      </span>
    </li>
  );
}

/** Newest first. While paused, new ones wait. */
function useFrames(busId: string, isPaused: boolean): Kept {
  const [kept, setKept] = useState<Kept>({ shown: [], waiting: [] });
  const paused = useRef(isPaused);
  useEffect(() => {
    paused.current = isPaused;
    if (!isPaused)
      setKept(({ shown, waiting }) => ({ shown: [...waiting, ...shown].slice(0, FRAMES_KEPT), waiting: [] }));
  }, [isPaused]);
  useEffect(() => {
    setKept({ shown: [], waiting: [] });
    if (busId === "") return;
    const stream = new EventSource(`/api/buses/${encodeURIComponent(busId)}/frames`);
    let lastNumber = 0;
    stream.onmessage = ({ data }: MessageEvent<string>) => {
      // A stream that was opened again tells once more what the gateway has kept.
      const told = (JSON.parse(data) as ShownFrame[]).filter(({ number }) => number > lastNumber);
      lastNumber = told.at(-1)?.number ?? lastNumber;
      const fresh = told.reverse();
      setKept(({ shown, waiting }) =>
        paused.current
          ? { shown, waiting: [...fresh, ...waiting].slice(0, FRAMES_KEPT) }
          : { shown: [...fresh, ...shown].slice(0, FRAMES_KEPT), waiting },
      );
    };
    return () => stream.close();
  }, [busId]);
  return kept;
}
