/** Splits what was heard since the request began into what we said ourselves and the rest. */
export interface Heard {
  /** The whole request came back. */
  echo: boolean;
  /** Nothing but a part of the request, from its beginning: an echo under way, or an answer that begins alike. */
  undecided: boolean;
  /** Bytes that can be an answer. */
  answer: Uint8Array;
  /** Bytes that arrived before the request can have left the wire and are not its echo. */
  foreign: Uint8Array;
}

/**
 * @param heard all bytes since the request began
 * @param earlyCount how many of them arrived before the last bit of the request can have left the wire
 */
export function separateEcho(request: Uint8Array, heard: Uint8Array, earlyCount: number): Heard {
  const overlap = Math.min(request.length, heard.length);
  let alike = true;
  for (let index = 0; alike && index < overlap; index++) alike = request[index] === heard[index];
  if (alike && heard.length >= request.length) {
    const answerStart = Math.max(request.length, earlyCount);
    return {
      echo: true,
      undecided: false,
      answer: heard.subarray(answerStart),
      foreign: heard.subarray(request.length, answerStart),
    };
  }
  return {
    echo: false,
    undecided: alike,
    answer: heard.subarray(earlyCount),
    foreign: heard.subarray(0, earlyCount),
  };
}
