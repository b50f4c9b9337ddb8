/** One refused field, as the API names it: `path` is dotted ("rules.overload.maxPowerW"). */
export interface FieldProblem {
  path: string;
  code: string;
  message: string;
}

export interface ProblemBody {
  code: string;
  detail: string;
  /** Keyed by field, as forms want it; each value is a message. */
  errors?: Record<string, string>;
  /** The same as the API told them, with their codes. */
  causes?: readonly FieldProblem[];
}

/**
 * transient: nothing happened, try again · ambiguous: it may have happened, ask with the same key · permanent: a person must
 * change something.
 */
export type FailureClass = "transient" | "ambiguous" | "permanent";

/** What the pages treat as more than "permanent"; any other code of the API is permanent. */
const FAILURE_CLASSES = {
  unreachable: "ambiguous",
  "unreadable-answer": "ambiguous",
  internal: "ambiguous",
  "still-running": "ambiguous",
  "store-unavailable": "transient",
  stopping: "transient",
  "too-many-attempts": "transient",
} as const satisfies Record<string, FailureClass>;

/**
 * The one error of these pages. `status` and `body.errors` are where react-admin looks for them; status 0 means that no
 * answer came. Texts for a person come from `code` in their language; `detail` is the API's own English.
 */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody, options?: ErrorOptions) {
    super(body.detail, options);
    this.name = "ApiProblem";
    this.status = status;
    this.code = body.code;
    this.body = body;
  }

  get failureClass(): FailureClass {
    const known: Partial<Record<string, FailureClass>> = FAILURE_CLASSES;
    return known[this.code] ?? "permanent";
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fieldProblems(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return [];
  return (errors as unknown[]).flatMap((error) => {
    if (!isRecord(error) || typeof error.path !== "string" || typeof error.message !== "string") return [];
    const code = typeof error.code === "string" ? error.code : "";
    return [{ path: error.path, code, message: error.message }];
  });
}

function byField(causes: readonly FieldProblem[]): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const { path, message } of causes) messages[path] ??= message;
  return messages;
}

/** Reads an `application/problem+json` answer (RFC 9457); anything else, such as a proxy's page, gets a code of its own. */
export function problemFrom(status: number, body: unknown): ApiProblem {
  if (!isRecord(body) || typeof body.code !== "string") {
    const code = status === 401 ? "unauthenticated" : status >= 500 ? "internal" : "unreadable-answer";
    return new ApiProblem(status, { code, detail: `The server answered ${status} without saying why.` });
  }
  const detail =
    typeof body.detail === "string" ? body.detail : typeof body.title === "string" ? body.title : body.code;
  const causes = fieldProblems(body.errors);
  return new ApiProblem(status, {
    ...{ code: body.code, detail },
    ...(causes.length > 0 && { errors: byField(causes), causes }),
  });
}

export const unreachable = (cause: unknown): ApiProblem =>
  new ApiProblem(0, { code: "unreachable", detail: "The server did not answer." }, { cause });

export const asApiProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem ? error : unreachable(error);
