import { createServer, type Socket } from "node:net";
import type { Clock } from "../clock/clock.ts";
import type { Hub } from "../line/hub.ts";
import { EXCEPTION } from "../modbus/register-bank.ts";
import { createRtuMaster } from "../modbus/rtu-master.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";
import type { Listener } from "./listener.ts";

/** MODBUS Messaging on TCP/IP V1.0b, 3.1.3: transaction, protocol 0, length, unit; the length counts the unit and the PDU. */
const HEADER_BYTES = 7;
const LONGEST_PDU = 253;
/** What one client may have waiting, as in serial servers; range 1–64, default 16. Beyond it the connection is closed. */
const WAITING_LIMIT = 16;

interface Request {
  transaction: number;
  unitId: number;
  pdu: Uint8Array;
}

/** Whole requests at the front of what a client has sent, and how many bytes they take; undefined when it is no Modbus TCP. */
export function takeRequests(heard: Buffer): { requests: Request[]; bytes: number } | undefined {
  const requests: Request[] = [];
  let at = 0;
  while (heard.length - at >= HEADER_BYTES) {
    const length = heard.readUInt16BE(at + 4);
    if (heard.readUInt16BE(at + 2) !== 0 || length < 2 || length > LONGEST_PDU + 1) return undefined;
    const end = at + HEADER_BYTES - 1 + length;
    if (heard.length < end) break;
    requests.push({
      transaction: heard.readUInt16BE(at),
      unitId: heard.readUInt8(at + 6),
      pdu: Uint8Array.from(heard.subarray(at + HEADER_BYTES, end)),
    });
    at = end;
  }
  return { requests, bytes: at };
}

export function encodeReply(transaction: number, unitId: number, pdu: ArrayLike<number>): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt16BE(transaction, 0);
  head.writeUInt16BE(pdu.length + 1, 4);
  head.writeUInt8(unitId, 6);
  return Buffer.concat([head, Uint8Array.from(pdu)]);
}

/**
 * A serial server on 127.0.0.1 that speaks Modbus TCP to its clients and RTU on the wire, one request at a time. A silent
 * unit is answered with exception 0B for it. Throws "port-unavailable".
 */
export async function listenOnModbusTcp(
  hub: Hub,
  clock: Clock,
  port: number,
): Promise<Listener & { port: number }> {
  const master = createRtuMaster(hub, clock);
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    client.setNoDelay(true);
    clients.add(client);
    let heard: Buffer = Buffer.alloc(0);
    let waiting = 0;
    client.on("data", (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      const taken = takeRequests(heard);
      if (!taken || waiting + taken.requests.length > WAITING_LIMIT) {
        client.destroy();
        return;
      }
      heard = heard.subarray(taken.bytes);
      for (const { transaction, unitId, pdu } of taken.requests) {
        waiting++;
        master.exchange(unitId, pdu, (reply) => {
          waiting--;
          const silent = [(pdu[0] ?? 0) | 0x80, EXCEPTION.gatewayTargetSilent];
          if (!client.destroyed) client.write(encodeReply(transaction, unitId, reply ?? silent));
        });
      }
    });
    // A reset by the peer ends this client alone; "close" follows.
    client.on("error", () => client.destroy());
    client.on("close", () => clients.delete(client));
  });
  const listeningPort = await listenOnLoopback(server, port).catch((error: unknown) => {
    master.close();
    throw error;
  });
  return {
    port: listeningPort,
    close: () =>
      new Promise((resolve) => {
        master.close();
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}
