import { createServer, type Socket } from "node:net";
import type { Hub } from "../line/hub.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";
import type { Listener } from "./listener.ts";

/** A client that does not read must not hold memory for ever: a serial server's buffer, 64 KiB. */
const CLIENT_BUFFER_BYTES = 65_536;

/**
 * A serial server on 127.0.0.1: bytes of all clients go onto the wire in the order they came, bytes of the wire go to all
 * clients. Throws "port-unavailable".
 */
export async function listenOnTcp(hub: Hub, port: number): Promise<Listener & { port: number }> {
  const clients = new Set<Socket>();
  const wire = hub.attach({
    onCharacters: (bytes) => {
      for (const client of clients) {
        if (client.writableLength > CLIENT_BUFFER_BYTES) client.destroy();
        else client.write(bytes);
      }
    },
  });
  const server = createServer((client) => {
    client.setNoDelay(true);
    clients.add(client);
    client.on("data", (bytes) => wire.send(bytes));
    // A reset by the peer ends this client alone; "close" follows.
    client.on("error", () => client.destroy());
    client.on("close", () => clients.delete(client));
  });
  const listeningPort = await listenOnLoopback(server, port);
  return {
    port: listeningPort,
    close: () =>
      new Promise((resolve) => {
        wire.detach();
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}
