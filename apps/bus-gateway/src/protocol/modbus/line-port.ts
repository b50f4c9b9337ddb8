import { EventEmitter } from "node:events";

type Done = (error: Error | null) => void;

/**
 * The port that modbus-serial believes to be a serial port. It catches the request that the library builds and hands it
 * the one answer that the line discipline has let through; the library never sees the wire.
 */
export class LinePort extends EventEmitter {
  readonly isOpen = true;
  #request: Buffer | null = null;

  open(done: Done): void {
    done(null);
  }

  close(done?: Done): void {
    done?.(null);
  }

  write(request: Buffer): void {
    this.#request = request;
  }

  /** The request the library has just built. */
  takeRequest(): Buffer {
    const request = this.#request;
    if (!request) throw new Error("the library built no request");
    this.#request = null;
    return request;
  }

  /** The library parses the answer and calls back before this returns. */
  deliver(answer: Uint8Array): void {
    this.emit("data", Buffer.from(answer));
  }
}
