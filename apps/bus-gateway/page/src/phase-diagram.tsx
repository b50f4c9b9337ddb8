import type { Phasor } from "../../src/web/api/meter-reading.ts";
import { useSay } from "./language.ts";
import { angleText, arrows } from "./phasors.ts";

const RADIUS = 100;

/** Voltages at their nominal angles, currents turned against them. */
export function PhaseDiagram({ phasors }: { phasors: Phasor[] }) {
  const say = useSay();
  const drawn = arrows(phasors, RADIUS);
  const label = phasors.map((phasor) => `${phasor.phase || say("phase")} ${angleText(phasor)}`).join(", ");
  return (
    <svg className="phases" viewBox="-130 -130 260 260" role="img" aria-label={`${say("phases")}: ${label}`}>
      <circle r={RADIUS} className="grid" />
      <circle r={RADIUS / 2} className="grid" />
      {[0, 30, 60, 90, 120, 150].map((angle) => (
        <line key={angle} x1={-RADIUS} x2={RADIUS} className="grid" transform={`rotate(${angle})`} />
      ))}
      {drawn.map(({ key, kind, phase, x, y, label: name }) => (
        <g key={key} className={`${kind} phase-${phase}`}>
          <line x2={x} y2={y} />
          <circle cx={x} cy={y} r={kind === "voltage" ? 3 : 4} />
          <text x={x * 1.16} y={y * 1.16} dominantBaseline="central" textAnchor="middle">
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}
