import { Writable } from "node:stream";

/** Lines kept for the diagnostic bundle; 500 are some hours of a quiet gateway. */
const LINES_KEPT = 500;

/** The last lines of the log, for the diagnostic bundle. */
export class LogRing extends Writable {
  readonly #lines: string[] = [];

  get lines(): readonly string[] {
    return this.#lines;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const line of chunk.toString("utf8").split("\n")) if (line !== "") this.#lines.push(line);
    this.#lines.splice(0, this.#lines.length - LINES_KEPT);
    done();
  }
}
