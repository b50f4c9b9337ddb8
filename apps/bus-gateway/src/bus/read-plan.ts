import type { LineConfig, ModbusReadBlock } from "@hallmeter/meter-model";
import { readTransactionMs } from "../protocol/modbus/wire-time.ts";

/** Modbus Application Protocol V1.1b3, clause 6.3: at most 125 registers a read. */
const MOST_REGISTERS = 125;

export interface RegisterRange {
  address: number;
  count: number;
}

export interface ReadPlanSetting {
  line: LineConfig;
  /** Learned, or what the profile makes likely. */
  turnaroundMs: number;
  function: ModbusReadBlock["function"];
  /** Ranges, both ends included, that the meter does not let anybody read across. */
  holes: readonly { from: number; to: number }[];
}

/** The blocks that read all the ranges in the least time on the wire: neighbours join when the gap is cheaper than a second request. */
export function planReads(ranges: readonly RegisterRange[], setting: ReadPlanSetting): ModbusReadBlock[] {
  const { line, turnaroundMs, holes } = setting;
  const cost = (registers: number) => readTransactionMs(line, registers, turnaroundMs);
  const blocks: RegisterRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.address - b.address)) {
    const last = blocks.at(-1);
    const joined = last && union(last, range);
    const joins =
      last &&
      joined &&
      joined.count <= MOST_REGISTERS &&
      !holes.some((hole) => hole.from <= endOf(joined) && hole.to >= joined.address) &&
      cost(joined.count) <= cost(last.count) + cost(range.count);
    if (joins) blocks[blocks.length - 1] = joined;
    else blocks.push(range);
  }
  return blocks.map(({ address, count }) => ({
    name: `0x${address.toString(16).padStart(4, "0")}+${count}`,
    function: setting.function,
    address,
    count,
  }));
}

function union(a: RegisterRange, b: RegisterRange): RegisterRange {
  const address = Math.min(a.address, b.address);
  return { address, count: Math.max(endOf(a), endOf(b)) - address + 1 };
}

function endOf(range: RegisterRange): number {
  return range.address + range.count - 1;
}
