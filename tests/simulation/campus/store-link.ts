import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** OP_MSG (MongoDB wire protocol): header 16, flags 4, section kind 1, then a document: length 4, type 1, its first key. */
const LENGTH_OF_HEADER = 16;
const FIRST_KEY_AT = 26;
/** What the driver says by itself, at times of its own. */
const SMALL_TALK = new Set(["hello", "ismaster", "isMaster", "ping", "endSessions"]);

/**
 * The way of one process to the store. It can be cut before or behind any operation, for ever: what the store then has is
 * what it has of a process that was killed there.
 */
export class StoreLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #left = Number.POSITIVE_INFINITY;
  #deliversLast = false;
  #isCut = false;
  #tellCut: () => void = () => undefined;
  readonly cut = new Promise<"cut">((resolve) => {
    this.#tellCut = () => resolve("cut");
  });
  operations = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Where nobody is to die the way is straight, and nothing is counted. */
  static async open(uri: string, canBeCut: boolean): Promise<{ link: StoreLink; uri: string }> {
    if (!canBeCut) return { link: new StoreLink(createServer()), uri };
    const address = new URL(uri);
    const { hostname, port } = address;
    const server = createServer();
    const link = new StoreLink(server);
    server.on("connection", (near) => link.#join(near, Number(port), hostname));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address.port = String((server.address() as AddressInfo).port);
    return { link, uri: address.href };
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** After so many more operations; `delivers`: the last one is still carried out, but its answer is lost. */
  cutAfter(operations: number, delivers: boolean): void {
    this.#left = operations;
    this.#deliversLast = delivers;
  }

  spare(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }

  close(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    this.#tellCut();
  }

  #join(near: Socket, port: number, host: string): void {
    const far = connect({ port, host });
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        // What was handed over before the end is still carried out.
        far.end();
      });
    }
    far.on("data", (bytes) => near.write(bytes));
    let kept = Buffer.alloc(0);
    near.on("data", (bytes) => {
      kept = kept.length === 0 ? bytes : Buffer.concat([kept, bytes]);
      while (kept.length >= LENGTH_OF_HEADER && kept.length >= kept.readInt32LE(0)) {
        const message = kept.subarray(0, kept.readInt32LE(0));
        kept = kept.subarray(message.length);
        if (this.#isCut || !this.#passes(message, far)) return;
      }
    });
  }

  #passes(message: Buffer, far: Socket): boolean {
    if (!isSmallTalk(message)) {
      this.operations += 1;
      this.#left -= 1;
    }
    if (this.#left > 0) {
      far.write(message);
      return true;
    }
    if (!this.#deliversLast) {
      this.close();
      return false;
    }
    // Cut near first: nobody hears the answer.
    this.#isCut = true;
    far.write(message, () => this.close());
    return false;
  }
}

function isSmallTalk(message: Buffer): boolean {
  const end = message.indexOf(0, FIRST_KEY_AT);
  return SMALL_TALK.has(message.toString("latin1", FIRST_KEY_AT, end));
}
