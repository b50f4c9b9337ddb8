import { createHash } from "node:crypto";

/** JSON with keys in code-unit order, so that equal values have equal text whatever the order they were written in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** Equal for two requests of one caller that ask for the same thing. Hex. */
export function requestHashOf(request: {
  method: string;
  path: string;
  callerId: string;
  body: unknown;
}): string {
  const { method, path, callerId, body } = request;
  return createHash("sha256")
    .update(canonicalJson([method.toUpperCase(), path, callerId, body ?? null]))
    .digest("hex");
}
