/**
 * Every problem that the API answers, by its stable code. `failureClass` tells a program what to do: *transient* try the same
 * request again, *ambiguous* find out what happened before anything else, *permanent* tell a person.
 */
export const ERROR_CODES = {
  // Who asks
  unauthenticated: { status: 401, failureClass: "permanent", title: "Sign in first" },
  "wrong-credentials": { status: 401, failureClass: "permanent", title: "Login or password is wrong" },
  "refresh-reused": { status: 401, failureClass: "permanent", title: "This session was ended for safety" },
  "too-many-attempts": { status: 429, failureClass: "transient", title: "Too many attempts" },
  forbidden: { status: 403, failureClass: "permanent", title: "Your role does not allow this" },
  // What is asked
  "not-found": { status: 404, failureClass: "permanent", title: "Not found" },
  "method-not-allowed": { status: 405, failureClass: "permanent", title: "This address has no such method" },
  "bad-json": { status: 400, failureClass: "permanent", title: "The body is not valid JSON" },
  "unsupported-media-type": {
    status: 415,
    failureClass: "permanent",
    title: "The body must be application/json",
  },
  "payload-too-large": { status: 413, failureClass: "permanent", title: "The body is too large" },
  "invalid-path": { status: 400, failureClass: "permanent", title: "The address is malformed" },
  "invalid-query": { status: 400, failureClass: "permanent", title: "The query is malformed" },
  "invalid-body": { status: 400, failureClass: "permanent", title: "The body has mistakes" },
  "idempotency-key-missing": { status: 400, failureClass: "permanent", title: "Idempotency-Key is missing" },
  "idempotency-key-invalid": {
    status: 400,
    failureClass: "permanent",
    title: "Idempotency-Key is malformed",
  },
  "idempotency-key-reused": {
    status: 422,
    failureClass: "permanent",
    title: "This Idempotency-Key belongs to another request",
  },
  "still-running": { status: 409, failureClass: "transient", title: "The same request is still running" },
  conflict: { status: 409, failureClass: "permanent", title: "Someone else changed this in the meantime" },
  // Users
  "password-too-weak": { status: 422, failureClass: "permanent", title: "The password is too easy to guess" },
  "role-not-grantable": {
    status: 403,
    failureClass: "permanent",
    title: "You cannot grant this role or site",
  },
  // Places
  "name-taken": { status: 409, failureClass: "permanent", title: "This name is taken" },
  "login-taken": { status: 409, failureClass: "permanent", title: "This login is taken" },
  "still-in-use": { status: 409, failureClass: "permanent", title: "Something still depends on this" },
  "unit-occupied": { status: 409, failureClass: "permanent", title: "The unit has an open household" },
  "reference-unknown": {
    status: 422,
    failureClass: "permanent",
    title: "The body names something that does not exist",
  },
  // Alarms
  "wrong-state": { status: 409, failureClass: "permanent", title: "Not possible in its present state" },
  // Notifications
  "address-refused": {
    status: 422,
    failureClass: "permanent",
    title: "This address lies inside the network",
  },
  // Documents
  "too-many-documents": {
    status: 503,
    failureClass: "transient",
    title: "Too many documents are asked for at once; try again in a moment",
  },
  // Jobs
  "job-too-large": { status: 422, failureClass: "permanent", title: "Too much for one job" },
  // Money
  "amount-invalid": { status: 400, failureClass: "permanent", title: "The amount is not valid" },
  "amount-too-large": { status: 400, failureClass: "permanent", title: "The amount is too large" },
  "household-closed": { status: 409, failureClass: "permanent", title: "The household is closed" },
  "credit-insufficient": {
    status: 409,
    failureClass: "permanent",
    title: "There is not so much purchased credit left",
  },
  "already-voided": { status: 409, failureClass: "permanent", title: "This purchase was voided before" },
  "void-window-over": {
    status: 409,
    failureClass: "permanent",
    title: "Too late to void; ask for an adjustment",
  },
  "void-still-possible": {
    status: 409,
    failureClass: "permanent",
    title: "This purchase can still be voided",
  },
  "already-adjusted": { status: 409, failureClass: "permanent", title: "This purchase has an adjustment" },
  "second-person-needed": {
    status: 409,
    failureClass: "permanent",
    title: "Another person than the one who asked must approve",
  },
  // Grants
  "month-without-grant": {
    status: 422,
    failureClass: "permanent",
    title: "The policy grants nothing for this month",
  },
  "run-reversed": { status: 409, failureClass: "permanent", title: "This grant run was reversed" },
  "grant-used-up": { status: 409, failureClass: "permanent", title: "Nothing of this grant is left" },
  // Refunds and moves
  "refund-under-way": {
    status: 409,
    failureClass: "permanent",
    title: "Another refund of this household is under way",
  },
  "refund-grown": {
    status: 409,
    failureClass: "permanent",
    title: "More is left than was approved; propose the refund again",
  },
  "household-in-debt": {
    status: 409,
    failureClass: "permanent",
    title: "The household owes money; a second person must accept that",
  },
  "use-undecided": {
    status: 409,
    failureClass: "permanent",
    title: "Use of this household is held back; decide on it first",
  },
  "meter-credit-unknown": {
    status: 409,
    failureClass: "permanent",
    title: "The meter has not said what credit it still holds",
  },
  "reading-awaited": { status: 409, failureClass: "transient", title: "A meter has not answered yet" },
  "reading-missing": {
    status: 409,
    failureClass: "permanent",
    title: "A circuit does not answer; type its reading",
  },
  "reading-implausible": {
    status: 422,
    failureClass: "permanent",
    title: "The reading does not follow from the one before",
  },
  // Tills
  "no-open-shift": { status: 409, failureClass: "permanent", title: "Open a till first" },
  "till-in-use": { status: 409, failureClass: "permanent", title: "Somebody else has this till open" },
  "till-retired": { status: 409, failureClass: "permanent", title: "This till is out of use" },
  "shift-open-already": {
    status: 409,
    failureClass: "permanent",
    title: "You have a shift open; close it first",
  },
  "shift-closed": { status: 409, failureClass: "permanent", title: "The shift is closed" },
  "not-enough-cash": { status: 409, failureClass: "permanent", title: "The till has not that much cash" },
  // Payments
  "payments-unavailable": {
    status: 409,
    failureClass: "permanent",
    title: "This site takes no payments here",
  },
  "provider-unavailable": {
    status: 503,
    failureClass: "transient",
    title: "The payment provider does not answer",
  },
  "provider-refused": {
    status: 502,
    failureClass: "permanent",
    title: "The payment provider refused this",
  },
  "webhook-untrusted": {
    status: 400,
    failureClass: "permanent",
    title: "The message has no valid signature",
  },
  // Cards
  "card-refused": { status: 422, failureClass: "permanent", title: "This card cannot be used for that" },
  "card-taken": { status: 409, failureClass: "permanent", title: "This card belongs to somebody" },
  "card-not-read-back": {
    status: 409,
    failureClass: "ambiguous",
    title: "The card does not show what was to be written; read it again",
  },
  "card-count-unknown": {
    status: 409,
    failureClass: "ambiguous",
    title: "Nobody has said how far the meter has taken from the card",
  },
  "card-unsettled": {
    status: 409,
    failureClass: "permanent",
    title: "The household's card still carries credit; settle the card first",
  },
  // Meters that hold credit
  "sale-not-settled": {
    status: 409,
    failureClass: "ambiguous",
    title: "The meter has not yet shown whether it credited this purchase",
  },
  "credit-in-meter": {
    status: 409,
    failureClass: "permanent",
    title: "The meter has credited this purchase; it cannot be taken back from here",
  },
  "checkpoint-untrusted": {
    status: 422,
    failureClass: "permanent",
    title: "The checkpoint cannot be trusted",
  },
  "ledger-broken": {
    status: 500,
    failureClass: "permanent",
    title: "The ledger does not add up; nothing was posted",
  },
  "tariff-in-the-past": {
    status: 409,
    failureClass: "permanent",
    title: "A price cannot change the past",
  },
  "tariff-version-overlap": {
    status: 409,
    failureClass: "permanent",
    title: "Another version of this tariff begins at the same instant",
  },
  // Network
  "address-taken": { status: 409, failureClass: "permanent", title: "This address of the bus is taken" },
  "address-invalid": {
    status: 422,
    failureClass: "permanent",
    title: "A circuit of this variant cannot have this address",
  },
  "circuit-not-commissioned": {
    status: 409,
    failureClass: "permanent",
    title: "The circuit is not commissioned",
  },
  "no-sample-yet": {
    status: 404,
    failureClass: "permanent",
    title: "Nothing was read from this circuit yet",
  },
  // The server itself
  "invalid-settings": { status: 500, failureClass: "permanent", title: "The settings have mistakes" },
  "store-unavailable": { status: 503, failureClass: "transient", title: "The store does not answer" },
  stopping: { status: 503, failureClass: "transient", title: "The server is stopping" },
  internal: { status: 500, failureClass: "ambiguous", title: "Something went wrong on our side" },
} as const satisfies Record<
  string,
  { status: number; failureClass: "transient" | "ambiguous" | "permanent"; title: string }
>;

export type ErrorCode = keyof typeof ERROR_CODES;
export const ERROR_CODE_NAMES = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

/** One mistake in a request; `path` is dotted, e.g. `residents.0.name`, or empty for the whole. */
export interface FieldError {
  path: string;
  code: string;
  message: string;
}

export interface ApiErrorDetails {
  errors?: FieldError[];
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  retryAfterS?: number;
  cause?: unknown;
}

/** The one error class of the API. Becomes a problem document (RFC 9457) in http/problem.ts. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  /** Field mistakes, in the order found. */
  readonly errors: readonly FieldError[];
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, detail: string = ERROR_CODES[code].title, details: ApiErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.errors = details.errors ?? [];
    this.retryAfterS = details.retryAfterS;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get failureClass(): "transient" | "ambiguous" | "permanent" {
    return ERROR_CODES[this.code].failureClass;
  }
}

export function isApiError(error: unknown, code?: ErrorCode): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}
