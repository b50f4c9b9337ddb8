import { createHash } from "node:crypto";

/** JSON with keys in code-unit order, so that equal values have equal text whatever the order they were written in. */
export function canonicalJson(value: unknown): string {
  // Ledgers are hashed by the million: no list is made that is not needed.
  if (Number.isSafeInteger(value)) return `${value}`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  let members = "";
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    if (members !== "") members += ",";
    members += `${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** Whether two values have the same canonical JSON; mostly without writing it. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSameJson(item, b[index]));
  if (!isObject(a) || !isObject(b) || Array.isArray(a) || Array.isArray(b))
    return canonicalJson(a) === canonicalJson(b);
  return (
    Object.keys(a).every((key) => isSameMember(a[key], Object.hasOwn(b, key) ? b[key] : undefined)) &&
    Object.keys(b).every((key) => b[key] === undefined || Object.hasOwn(a, key))
  );
}

/** A member that is undefined is none, while null is one. */
function isSameMember(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : isSameJson(a, b);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
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
