import { z } from "zod";

/** Each byte of the pattern, or null where any byte fits. */
export type BytePattern = readonly (number | null)[];

const HEX_PREFIX = "hex:";
const HEX_BYTES = /^(?:[0-9a-f]{2}|\?\?)(?:\s*(?:[0-9a-f]{2}|\?\?))*$/i;
/** Longest packet by which a cellular unit announces itself or says that it lives. */
const MOST_PATTERN_BYTES = 128;

/** Text stands for its UTF-8 bytes; "hex:7B 01 ?? 7B" for bytes, ?? for any byte. Null when it is neither. */
export function parseBytePattern(text: string): BytePattern | null {
  if (!text.startsWith(HEX_PREFIX)) return [...new TextEncoder().encode(text)];
  const digits = text.slice(HEX_PREFIX.length).trim();
  if (!HEX_BYTES.test(digits)) return null;
  return [...digits.matchAll(/[0-9a-f]{2}|\?\?/gi)].map(([pair]) =>
    pair === "??" ? null : Number.parseInt(pair, 16),
  );
}

export const bytePatternSchema = z
  .string()
  .min(1)
  .refine(
    (text) => (parseBytePattern(text)?.length ?? 0) > 0,
    'is neither text nor "hex:" with pairs of digits',
  )
  .refine((text) => (parseBytePattern(text)?.length ?? 0) <= MOST_PATTERN_BYTES, {
    message: `is longer than ${MOST_PATTERN_BYTES} bytes`,
  });

/** Bytes to send: a pattern that leaves none open. */
export const byteStringSchema = bytePatternSchema.refine(
  (text) => parseBytePattern(text)?.includes(null) !== true,
  "leaves a byte open with ??",
);
