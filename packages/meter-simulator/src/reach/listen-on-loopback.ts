import type { Server } from "node:net";
import { SimulatorError } from "../errors.ts";

/**
 * Binds to 127.0.0.1; 0 takes a free port. Answers the port.
 * @throws SimulatorError "port-unavailable"
 */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new SimulatorError("port-unavailable", `cannot listen on 127.0.0.1:${port}`, { cause }));
    });
    server.listen({ host: "127.0.0.1", port }, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}
