import type { Sample } from "@hallmeter/meter-model";
import type { Accrual, RatedFields } from "./accrual.ts";
import type { HourWindow } from "./hour-window.ts";

/** domain.md: "ten identical polls with load". */
const ALIKE_POLLS = 10;
/** domain.md: "zero for 7 days". */
const NO_USE_MS = 7 * 86_400_000;

/** What the checks remember of a circuit from one sample to the next. */
export interface Watch {
  /** Reading when the relay was first seen open; null while it is not. */
  openFromWh: number | null;
  /** What the last polls showed, and how many of them showed the same. */
  alike: { shown: string; polls: number };
  /** When the register last moved, and to where. */
  stillSince: Date;
  stillWh: number;
  lastPowerW: number | null;
  hour: HourWindow<RatedFields> | null;
}

/** `sample`: what opened it; null where nobody has looked. */
export function beginWatch(at: Date, readingWh: number, sample: Sample | null): Watch {
  return {
    openFromWh: sample?.relay === "open" ? readingWh : null,
    alike: sample ? { shown: shownBy(sample), polls: 1 } : { shown: "", polls: 0 },
    stillSince: at,
    stillWh: readingWh,
    lastPowerW: sample?.activePowerW ?? null,
    hour: null,
  };
}

/** The next accrual's: an hour is never compared across two of them, because its cost could not be taken back. */
export function watchAfter(previous: Pick<Accrual, "watch">): Watch {
  return { ...previous.watch, hour: null };
}

/** Conditions that ask for a person without keeping anything from being charged. */
export type WatchAlarm = "meter-stuck" | "no-use";
export interface WatchNotice {
  alarm: WatchAlarm;
  state: "raised" | "cleared";
  params: Record<string, number>;
}

/** Takes note of a sample that was believed. */
export function watchSample(
  watch: Watch,
  sample: Sample,
  { readingWh, lastAtMs }: { readingWh: number; lastAtMs: number },
): { watch: Watch; notices: WatchNotice[] } {
  const notices: WatchNotice[] = [];
  const shown = shownBy(sample);
  const polls = shown === watch.alike.shown ? watch.alike.polls + 1 : 1;
  if (polls === ALIKE_POLLS && sample.activePowerW > 0)
    notices.push({ alarm: "meter-stuck", state: "raised", params: { powerW: sample.activePowerW, polls } });
  if (polls === 1 && isStuck(watch)) notices.push({ alarm: "meter-stuck", state: "cleared", params: {} });

  const stillMs = watch.stillSince.getTime();
  const wasStill = lastAtMs - stillMs >= NO_USE_MS;
  const atMs = Date.parse(sample.at);
  const moved = readingWh !== watch.stillWh;
  if (moved && wasStill) notices.push({ alarm: "no-use", state: "cleared", params: {} });
  if (!moved && !wasStill && atMs - stillMs >= NO_USE_MS)
    notices.push({ alarm: "no-use", state: "raised", params: { days: NO_USE_MS / 86_400_000 } });

  const openFromWh = sample.relay === "open" ? (watch.openFromWh ?? readingWh) : null;
  return {
    watch: {
      openFromWh,
      alike: { shown, polls },
      stillSince: moved ? new Date(atMs) : watch.stillSince,
      stillWh: readingWh,
      lastPowerW: sample.activePowerW,
      hour: watch.hour,
    },
    notices,
  };
}

export function isStuck(watch: Pick<Watch, "alike" | "lastPowerW">): boolean {
  return watch.alike.polls >= ALIKE_POLLS && (watch.lastPowerW ?? 0) > 0;
}

/** The first step of a register after the relay opened may have been used before. */
export function usedWhileOpen(
  watch: Pick<Watch, "openFromWh">,
  sample: Pick<Sample, "relay">,
  readingWh: number,
  registerStepWh: number,
): boolean {
  return (
    sample.relay === "open" && watch.openFromWh !== null && readingWh - watch.openFromWh > registerStepWh
  );
}

function shownBy(sample: Sample): string {
  const { energyWh, activePowerW, reactivePowerVar, voltageDv, currentCa, powerFactorMilli } = sample;
  return [energyWh, activePowerW, reactivePowerVar, voltageDv, currentCa, powerFactorMilli].join();
}
