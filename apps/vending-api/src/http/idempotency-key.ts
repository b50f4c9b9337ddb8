import { ApiError } from "../errors.ts";

/** As the IETF draft leaves it to the server: opaque, but printable and of a length that fits an index. A UUID is usual. */
const KEY = /^[\x21-\x7e]{1,128}$/;

/** The client's key. Throws `idempotency-key-missing` or `idempotency-key-invalid`. */
export function readIdempotencyKey(header: string | undefined): string {
  if (header === undefined || header === "") throw new ApiError("idempotency-key-missing");
  if (!KEY.test(header)) {
    throw new ApiError(
      "idempotency-key-invalid",
      "Idempotency-Key has 1 to 128 printable characters without spaces",
    );
  }
  return header;
}
