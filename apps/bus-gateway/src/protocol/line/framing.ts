import type { LineConfig, UnitId } from "@hallmeter/meter-model";

/** What the bytes after a request are, so far. */
export type Verdict =
  /** Nothing speaks against it; more bytes are needed. */
  | { kind: "incomplete" }
  /** One whole frame of the asked unit, function and shape, and nothing else. */
  | { kind: "complete"; frame: Uint8Array }
  /** As long as the answer should be, with a wrong checksum. */
  | { kind: "corrupt" }
  /** Not an answer to this request. */
  | { kind: "foreign" }
  /** A whole answer, and then more. */
  | { kind: "surplus"; frame: Uint8Array };

/** What tells frames of one protocol apart on a line that several may share. */
export interface Framing {
  /** @param request as it went out, with its checksum */
  judge(request: Uint8Array, answer: Uint8Array): Verdict;
  /** Who sent this whole frame; null when it is not one. */
  senderOf(frame: Uint8Array): UnitId | null;
  /** Whom a frame names, whole or not; undefined when it is too short to say. */
  unitIdOf(frame: Uint8Array): UnitId | undefined;
  /** The silence that ends a frame and that comes before a request. Milliseconds. */
  silenceMs(line: LineConfig): number;
  /** An answer that has begun is waited for while its bytes come no further apart than this. Milliseconds. */
  longestByteGapMs: number;
  /** More bytes than this in one exchange are chatter. */
  mostBytes: number;
}
