import { headerBytes, readHeader } from "./messages.ts";

/** Cuts a byte stream into messages. It holds at most one unfinished message, whose length has been checked. */
export class FrameReader {
  private pieces: Buffer[] = [];
  private size = 0;

  /** Takes bytes as they come and gives every message that is complete. Throws ProtocolError on an impossible length. */
  *push(bytes: Buffer): Generator<Buffer, void, undefined> {
    this.pieces.push(bytes);
    this.size += bytes.length;
    while (this.size >= headerBytes) {
      const { length } = readHeader(this.joined(headerBytes), 0);
      if (this.size < length) return;
      const all = this.joined(length);
      const rest = all.subarray(length);
      this.pieces = rest.length > 0 ? [rest] : [];
      this.size = rest.length;
      yield all.subarray(0, length);
    }
  }

  /** The pieces in one, as far as `least` bytes need it: a long message is joined once, not with every packet. */
  private joined(least: number): Buffer {
    const first = this.pieces[0] as Buffer;
    if (first.length >= least && (this.pieces.length === 1 || least === headerBytes)) return first;
    this.pieces = [Buffer.concat(this.pieces, this.size)];
    return this.pieces[0] as Buffer;
  }
}
