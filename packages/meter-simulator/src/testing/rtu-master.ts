import type { VirtualClock } from "../clock/virtual-clock.ts";
import type { Hub } from "../line/hub.ts";
import { withCrc } from "../modbus/crc.ts";

/** A master that says what a test tells it to and hears everything, on a virtual clock. */
export function createRtuMaster(hub: Hub, clock: VirtualClock) {
  let heard: number[] = [];
  const port = hub.attach({
    onCharacters: (bytes) => {
      heard.push(...bytes);
    },
  });
  const exchange = (request: readonly number[], waitMs = 500): number[] => {
    heard = [];
    port.send(withCrc(request));
    clock.advance(waitMs);
    return heard;
  };
  return {
    /** All bytes heard within `waitMs` of the request's first. */
    exchange,
    /** The words of a good reply, or what else was heard. */
    read: (unitId: number, address: number, count: number, waitMs?: number) => {
      const reply = exchange([unitId, 3, address >> 8, address & 0xff, 0, count], waitMs);
      const body = reply.slice(3, 3 + 2 * count);
      return reply.length === 5 + 2 * count
        ? Array.from(
            { length: count },
            (_, index) => ((body[2 * index] ?? 0) << 8) | (body[2 * index + 1] ?? 0),
          )
        : reply;
    },
    write: (unitId: number, address: number, word: number) =>
      exchange([unitId, 6, address >> 8, address & 0xff, word >> 8, word & 0xff]),
  };
}
