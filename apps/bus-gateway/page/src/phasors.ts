import type { Phasor } from "../../src/web/api/meter-reading.ts";

/** Nominal angle of each phase's voltage, degrees; a phase that follows lags (IEC 60375). */
const VOLTAGE_ANGLE = { A: 0, B: -120, C: -240 } as const;
/** The longest current is drawn so long beside a full voltage. */
const CURRENT_SHARE = 0.72;

/** By how many degrees the current lags its voltage: positive for inductive loads; null without both powers or a current. */
export function lagDegrees({ currentCa, activePowerW, reactivePowerVar }: Phasor): number | null {
  if (activePowerW === null || reactivePowerVar === null || !currentCa) return null;
  if (activePowerW === 0 && reactivePowerVar === 0) return null;
  return (Math.atan2(reactivePowerVar, activePowerW) * 180) / Math.PI;
}

export function angleText(phasor: Phasor): string {
  const lag = lagDegrees(phasor);
  return lag === null ? "–" : `${lag.toFixed(1)}°`;
}

export interface Arrow {
  key: string;
  kind: "voltage" | "current";
  phase: string;
  label: string;
  /** To the right and down, as SVG counts. */
  x: number;
  y: number;
}

/** Arrows from the middle; the longest voltage has the length of the radius. */
export function arrows(phasors: readonly Phasor[], radius: number): Arrow[] {
  const longest = (name: "voltageDv" | "currentCa") =>
    Math.max(1, ...phasors.map((phasor) => phasor[name] ?? 0));
  const longestDv = longest("voltageDv");
  const longestCa = longest("currentCa");
  return phasors.flatMap((phasor) => {
    const { phase, voltageDv, currentCa } = phasor;
    const atDegrees = VOLTAGE_ANGLE[phase as keyof typeof VOLTAGE_ANGLE] ?? 0;
    const arrow = (kind: Arrow["kind"], letter: string, length: number, degrees: number): Arrow => {
      const angle = (degrees * Math.PI) / 180;
      const name = `${letter}${phase.toLowerCase()}`;
      return {
        key: name,
        kind,
        phase: phase || "A",
        label: name,
        x: length * Math.cos(angle),
        y: -length * Math.sin(angle),
      };
    };
    const lag = lagDegrees(phasor);
    return [
      ...(voltageDv ? [arrow("voltage", "U", (radius * voltageDv) / longestDv, atDegrees)] : []),
      ...(currentCa && lag !== null
        ? [arrow("current", "I", (radius * CURRENT_SHARE * currentCa) / longestCa, atDegrees - lag)]
        : []),
    ];
  });
}
