import {
  isModbusBlock,
  type LineConfig,
  type PipeConfig,
  type ReadBlock,
  type UnitId,
} from "@hallmeter/meter-model";
import type { Bus, ProfileTiming } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import { type GatewayErrorCode, isGatewayError } from "../../errors.ts";
import type { BytePipe } from "../../pipe/byte-pipe.ts";
import { Dlt645Client } from "../../protocol/dlt645/dlt645-client.ts";
import { LineDiscipline } from "../../protocol/line/line-discipline.ts";
import { ModbusRtu } from "../../protocol/modbus/modbus-rtu.ts";
import { modbusTcp } from "../../protocol/modbus-tcp/modbus-tcp.ts";
import type { Answer, UnitTiming, WireFrame, WireProtocol } from "../../protocol/protocol.ts";
import { LineSniffer } from "../trace/line-sniffer.ts";

/** What came back on one question. */
export type Heard<T> =
  | { kind: "answered"; value: T }
  /** A unit is there and says that it will not or cannot. */
  | { kind: "refused" }
  | { kind: "silent" }
  /** Bytes came, and no good frame: noise, another line setting, or two units at once. */
  | { kind: "unclear" };

/** Asks on one line with one setting. Its functions reject with GatewayError when the line itself is gone. */
export interface Probe {
  read(unitId: UnitId, block: ReadBlock, timing: UnitTiming): Promise<Heard<number[]>>;
  /** The DL/T 645 address of the one meter on the line; absent where no such meter can be asked. */
  readAddress?(timing: UnitTiming): Promise<Heard<string>>;
  /** Modbus units whose whole answer came when another was asked; told once. */
  takeLate(): number[];
  close(): void;
}

const LINE_IS_GONE: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "bus-down",
  "bus-closed",
  "bus-jammed",
  "queue-full",
]);
/** A gateway on the way says that nobody answered it (Modbus exception 11). */
const SILENT: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "reply-timeout",
  "unit-unreachable",
]);
const UNCLEAR: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "reply-truncated",
  "reply-corrupt",
  "reply-foreign",
  "reply-doubled",
  "duplicate-address",
]);

function heardFrom(code: GatewayErrorCode): Heard<never> {
  if (SILENT.has(code)) return { kind: "silent" };
  return { kind: UNCLEAR.has(code) ? "unclear" : "refused" };
}

function heard<T>(answer: Answer<T>): Heard<T> {
  if (answer.ok) return { kind: "answered", value: answer.value };
  if (LINE_IS_GONE.has(answer.cause)) throw answer.error;
  return heardFrom(answer.cause);
}

/** A unit that nothing is known of is believed to be as slow as any: its late answer must not meet another's question. */
const STRANGER_LATENCY_MS = 1000;

interface WireOptions {
  pipe: BytePipe;
  kind: PipeConfig["kind"];
  line: LineConfig;
  clock: Clock;
}

/** A probe that owns the line. */
export function wireProbe({ pipe, kind, line, clock }: WireOptions): Probe {
  const late = new Set<number>();
  const onFrame = ({ direction, bytes }: WireFrame) => {
    if (direction === "dropped") for (const unitId of speakersIn(bytes)) late.add(unitId);
  };
  const takeLate = () => {
    const units = [...late];
    late.clear();
    return units;
  };
  if (kind === "modbus-tcp") {
    const wire = modbusTcp({ pipe, line, clock, onFrame });
    return { read: reading(() => wire), takeLate, close: () => wire.close() };
  }
  const discipline = new LineDiscipline({ pipe, line, clock, onFrame });
  const modbus = new ModbusRtu(discipline);
  const dlt645 = new Dlt645Client(discipline);
  return {
    read: reading((block) => (isModbusBlock(block) ? modbus : dlt645)),
    readAddress: async (timing) => heard(await dlt645.readAddress(timing)),
    takeLate,
    close: () => discipline.close(),
  };
}

/** Whose whole Modbus frames these bytes hold; a late answer and the next one may have run together. */
function speakersIn(bytes: Uint8Array): number[] {
  const sniffer = new LineSniffer();
  const frames = [...sniffer.take(bytes, 0), ...sniffer.settle(Number.POSITIVE_INFINITY)];
  return frames.flatMap((frame) => (frame.protocol === "modbus" ? [frame.bytes[0] ?? 0] : []));
}

function reading(protocolFor: (block: ReadBlock) => WireProtocol): Probe["read"] {
  return async (unitId, block, timing) => heard(await protocolFor(block).read(unitId, block, timing));
}

/** A probe in the scan lane of a bus that goes on with everything else it has to do. */
export function busProbe(
  bus: Pick<Bus, "read">,
  knownTiming: (unitId: UnitId) => ProfileTiming | undefined,
): Probe {
  return {
    async read(unitId, block, { gapMs, allowanceMs }) {
      const profile = knownTiming(unitId) ?? {
        minimumGapMs: gapMs,
        // What DL/T 645 allows is known; Modbus names no limit.
        longestLatencyMs: isModbusBlock(block) ? Math.max(allowanceMs, STRANGER_LATENCY_MS) : allowanceMs,
      };
      try {
        const { words } = await bus.read({ lane: "scan", unitId, block, profile });
        return { kind: "answered", value: words };
      } catch (error) {
        if (!isGatewayError(error) || LINE_IS_GONE.has(error.code)) throw error;
        return heardFrom(error.code);
      }
    },
    // The bus knows itself whose late answer it hears.
    takeLate: () => [],
    close: () => {},
  };
}
