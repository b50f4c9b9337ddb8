import { connect, type Socket } from "node:net";
import type { Clock } from "../clock/clock.ts";
import type { Hub } from "../line/hub.ts";
import type { DialInPlan } from "../site/site-file.ts";
import type { Listener } from "./listener.ts";

/** A server that does not read must not hold memory for ever: a data terminal's buffer, 64 KiB. */
const BUFFER_BYTES = 65_536;

/**
 * A data terminal unit: it calls the gateway, says who it is with a registration packet, keeps the connection alive with
 * heartbeats, passes bytes between connection and wire, and calls again when the connection is gone. It never gives up.
 */
export function dialIn(hub: Hub, clock: Clock, plan: DialInPlan): Listener & { isConnected(): boolean } {
  let socket: Socket | undefined;
  let isConnected = false;
  let isClosed = false;
  let cancelReconnect = () => {};
  let cancelHeartbeat = () => {};

  const beat = (on: Socket) => {
    cancelHeartbeat = clock.setTimer(() => {
      on.write(plan.heartbeat);
      beat(on);
    }, plan.heartbeatS * 1000);
  };
  const call = () => {
    const calling = connect({ host: plan.host, port: plan.port });
    socket = calling;
    calling.setNoDelay(true);
    calling.on("connect", () => {
      isConnected = true;
      calling.write(plan.registration);
      beat(calling);
    });
    calling.on("data", (bytes) => wire.send(bytes));
    // Refused or reset: "close" follows.
    calling.on("error", () => calling.destroy());
    calling.on("close", () => {
      isConnected = false;
      cancelHeartbeat();
      if (!isClosed) cancelReconnect = clock.setTimer(call, plan.reconnectS * 1000);
    });
  };
  const wire = hub.attach({
    onCharacters: (bytes) => {
      if (!isConnected || !socket) return;
      if (socket.writableLength > BUFFER_BYTES) socket.destroy();
      else socket.write(bytes);
    },
  });
  call();
  return {
    isConnected: () => isConnected,
    close: async () => {
      isClosed = true;
      cancelReconnect();
      cancelHeartbeat();
      wire.detach();
      const open = socket;
      if (!open || open.closed) return;
      const ended = new Promise<void>((resolve) => open.once("close", () => resolve()));
      open.destroy();
      await ended;
    },
  };
}
