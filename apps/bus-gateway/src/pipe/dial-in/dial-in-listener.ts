import { createServer, type Server, type Socket } from "node:net";
import type { BytePattern } from "@hallmeter/meter-model";
import type { Cancel, Clock } from "../../clock.ts";
import { GatewayError, type GatewayErrorCode } from "../../errors.ts";
import { identify, type PacketEnd } from "./identify.ts";

/** A unit has so long to say who it is. Range 2–60 s; 10 s covers a unit that asks its modem first. */
const REGISTER_WITHIN_MS = 10_000;
/** A packet without an end of its own is over when nothing follows for so long. Range 50–1000 ms. */
const PACKET_PAUSE_MS = 300;
/** More bytes than this before a registration are no unit's. Range 128–4096. */
const MOST_BYTES_BEFORE_REGISTRATION = 512;
/** Connections that have not said who they are; one more ends the oldest. Range 256–4096; 200 units may return at once. */
const MOST_UNREGISTERED = 512;
/** The kernel asks a silent unit after this long. Range 10–300 s; each question costs a cellular unit volume. */
const KEEP_ALIVE_AFTER_MS = 60_000;
/** So much of what a stranger says is told. */
const TOLD_BYTES = 64;

export type DialInRefusal = Extract<GatewayErrorCode, "dial-in-stranger" | "dial-in-mute" | "dial-in-flood">;

/** A connection that was closed because it did not become any bus'. */
export interface RefusedConnection {
  code: DialInRefusal;
  remoteAddress: string;
  /** What it said, as far as it is told; hexadecimal. */
  said: string;
}

/** A bus that waits for its unit. */
export interface ExpectedUnit {
  registration: BytePattern;
  /** The unit is there: from now on the connection is the bus', with what came after the registration. */
  arrived(socket: Socket, rest: Uint8Array): void;
}

interface DialInListenerOptions {
  clock: Clock;
  end: PacketEnd;
  onRefused: (refused: RefusedConnection) => void;
}

interface Unregistered {
  socket: Socket;
  bytes: Uint8Array;
  cancelDeadline: Cancel;
  cancelPause: Cancel;
}

/** One port for all units that dial in: finds out whose each connection is, and gives it to that bus. */
export class DialInListener {
  readonly #clock: Clock;
  readonly #end: PacketEnd;
  readonly #onRefused: (refused: RefusedConnection) => void;
  readonly #expected = new Set<ExpectedUnit>();
  readonly #unregistered = new Map<Socket, Unregistered>();
  readonly #server: Server;

  constructor({ clock, end, onRefused }: DialInListenerOptions) {
    this.#clock = clock;
    this.#end = end;
    this.#onRefused = onRefused;
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS },
      (socket) => this.#accept(socket),
    );
  }

  /**
   * @returns the port
   * @throws GatewayError "dial-in-port"
   */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) =>
        reject(new GatewayError("dial-in-port", error.message, { cause: error })),
      );
      this.#server.listen(port, host, () => {
        this.#server.removeAllListeners("error");
        // Of a connection that ended before it could be accepted; the port goes on listening.
        this.#server.on("error", () => {});
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** @throws GatewayError "dial-in-taken" */
  expect(unit: ExpectedUnit): Cancel {
    const same = JSON.stringify(unit.registration);
    for (const { registration } of this.#expected)
      if (JSON.stringify(registration) === same) throw new GatewayError("dial-in-taken");
    this.#expected.add(unit);
    return () => void this.#expected.delete(unit);
  }

  /** Connections that buses have are theirs to close. */
  async close(): Promise<void> {
    for (const { socket } of [...this.#unregistered.values()]) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  #accept(socket: Socket): void {
    const [oldest] = this.#unregistered.values();
    if (oldest && this.#unregistered.size >= MOST_UNREGISTERED) this.#refuse(oldest, "dial-in-flood");
    const unregistered: Unregistered = {
      socket,
      bytes: new Uint8Array(0),
      cancelDeadline: this.#clock.setTimer(
        () => this.#refuse(unregistered, "dial-in-mute"),
        REGISTER_WITHIN_MS,
      ),
      cancelPause: () => {},
    };
    this.#unregistered.set(socket, unregistered);
    socket.on("data", (bytes) => this.#hear(unregistered, bytes));
    // What broke is told by "close".
    socket.on("error", () => {});
    socket.on("close", () => this.#forget(unregistered));
  }

  #hear(unregistered: Unregistered, bytes: Uint8Array): void {
    unregistered.bytes = Buffer.concat([unregistered.bytes, bytes]);
    unregistered.cancelPause();
    if (unregistered.bytes.length > MOST_BYTES_BEFORE_REGISTRATION) {
      this.#refuse(unregistered, "dial-in-flood");
      return;
    }
    if (this.#decide(unregistered, false)) return;
    unregistered.cancelPause = this.#clock.setTimer(() => this.#decide(unregistered, true), PACKET_PAUSE_MS);
  }

  /** @returns whether it is known by now what becomes of the connection */
  #decide(unregistered: Unregistered, isOver: boolean): boolean {
    const identified = identify(unregistered.bytes, this.#expected, this.#end, isOver);
    switch (identified.kind) {
      case "waiting":
        return false;
      case "stranger":
        this.#refuse(unregistered, "dial-in-stranger");
        return true;
      case "known": {
        const { socket } = unregistered;
        this.#forget(unregistered);
        for (const event of ["data", "error", "close"]) socket.removeAllListeners(event);
        identified.registered.arrived(socket, identified.rest);
        return true;
      }
    }
  }

  #refuse(unregistered: Unregistered, code: DialInRefusal): void {
    const { socket, bytes } = unregistered;
    this.#forget(unregistered);
    const said = Buffer.from(bytes.subarray(0, TOLD_BYTES)).toString("hex");
    this.#onRefused({ code, remoteAddress: socket.remoteAddress ?? "", said });
    socket.destroy();
  }

  #forget(unregistered: Unregistered): void {
    unregistered.cancelDeadline();
    unregistered.cancelPause();
    this.#unregistered.delete(unregistered.socket);
  }
}
