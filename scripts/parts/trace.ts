import { listenOnBus, parseBusUrl, systemClock, type TracedFrame } from "@hallmeter/bus-gateway/tools";
import { type ProfileVariant, profileVariant } from "@hallmeter/meter-model";
import { profileNamed } from "./profile-named.ts";

export interface TraceOptions {
  bus: string;
  profile?: string;
  variant?: string;
  seconds?: number;
  json?: boolean;
}

/** `hallmeter trace`: shows frames until Ctrl-C, or for as long as asked. Ends with 1 when none came. */
export async function traceAtTerminal(
  options: TraceOptions,
  print: (line: string) => void,
  ended: Promise<void>,
): Promise<number> {
  let frames = 0;
  const stop = listenOnBus({
    ...parseBusUrl(options.bus),
    clock: systemClock,
    variant: variantNamed(options),
    onFrame: (frame) => {
      if (frame.direction !== "noise") frames += 1;
      print(options.json ? JSON.stringify(asJson(frame)) : describe(frame));
    },
    onState: (state) => {
      if (!options.json) print(state.isUp ? "listening" : `not connected: ${state.reason}`);
    },
  });
  try {
    await ended;
  } finally {
    await stop();
  }
  return frames > 0 ? 0 : 1;
}

function variantNamed({ profile, variant }: TraceOptions): ProfileVariant | undefined {
  if (profile === undefined) return undefined;
  const named = profileNamed(profile);
  return profileVariant(named, variant ?? Object.keys(named.variants)[0] ?? "");
}

const ARROWS = { request: "→", answer: "←", noise: "·" } as const;
const CLOCK_TEXT = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

function describe({ at, direction, unitId, text, values }: TracedFrame): string {
  const who = unitId === null ? "" : `${unitId.padStart(3)} `;
  const lines = [`${CLOCK_TEXT.format(at)} ${ARROWS[direction]} ${who}${text}`];
  for (const { name, text: value } of values) lines.push(`${" ".repeat(15)}${name} ${value}`);
  return lines.join("\n");
}

function asJson({ bytes, at, ...frame }: TracedFrame) {
  return { at: new Date(at).toISOString(), ...frame, bytes: Buffer.from(bytes).toString("hex") };
}
