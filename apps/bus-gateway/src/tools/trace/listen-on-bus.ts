import type { LineConfig, PipeConfig, ProfileVariant } from "@hallmeter/meter-model";
import type { Clock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import { pipeFor } from "../../pipe/pipe-for.ts";
import { type DescribedFrame, FrameReader } from "./describe-frame.ts";
import { LineSniffer, type OverheardFrame } from "./line-sniffer.ts";

/** How often a silent line is looked at for bytes that never became a frame. Range 50–2000 ms. */
const SETTLE_EVERY_MS = 250;

export interface TracedFrame extends DescribedFrame {
  protocol: OverheardFrame["protocol"];
  /** Arrival of the last byte, milliseconds since the epoch. */
  at: number;
  bytes: Uint8Array;
}

export interface ListenOptions {
  pipe: PipeConfig;
  line: LineConfig;
  clock: Clock;
  /** Names the registers, where it is given. */
  variant?: ProfileVariant | undefined;
  onFrame: (frame: TracedFrame) => void;
  /** The pipe came up or broke; it is opened again by itself. */
  onState: (state: { isUp: true } | { isUp: false; reason: string }) => void;
}

/**
 * Listens and never speaks, beside the master of the line. Returns what ends it.
 * @throws GatewayError "bus-url-invalid" for a pipe on which nobody else can be overheard
 */
export function listenOnBus(options: ListenOptions): () => Promise<void> {
  const { pipe: config, line, clock, variant, onFrame, onState } = options;
  if (config.kind === "modbus-tcp" || config.kind === "dial-in")
    throw new GatewayError(
      "bus-url-invalid",
      "only a serial line and a serial server let others be overheard",
    );
  const sniffer = new LineSniffer();
  const reader = new FrameReader(variant);
  const pipe = pipeFor(config, line, { clock, random: Math.random, dialIn: null });
  const tell = (frames: readonly OverheardFrame[]) => {
    const wallMs = clock.nowMs() - clock.monotonicMs();
    for (const frame of frames)
      onFrame({
        ...reader.describe(frame),
        protocol: frame.protocol,
        at: Math.round(wallMs + frame.atMs),
        bytes: frame.bytes,
      });
  };
  pipe.onBytes((bytes, atMonotonicMs) => tell(sniffer.take(bytes, atMonotonicMs)));
  pipe.onState((state) =>
    onState(state.state === "up" ? { isUp: true } : { isUp: false, reason: state.reason }),
  );
  let cancel = clock.setTimer(settle, SETTLE_EVERY_MS);
  function settle(): void {
    tell(sniffer.settle(clock.monotonicMs()));
    cancel = clock.setTimer(settle, SETTLE_EVERY_MS);
  }
  pipe.open();
  return async () => {
    cancel();
    await pipe.close();
  };
}
