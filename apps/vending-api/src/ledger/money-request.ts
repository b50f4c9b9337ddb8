/** Who asks for something that moves money, and under which key. */
export interface MoneyRequest {
  by: { id: string; name: string };
  idempotencyKey: string;
  requestHash: string;
  now: Date;
}

/** The part of a route's request that the books keep. */
export function moneyRequestOf(request: {
  readonly caller: { readonly id: string; readonly name: string };
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly now: Date;
}): MoneyRequest {
  const { caller, idempotencyKey, requestHash, now } = request;
  return { by: { id: caller.id, name: caller.name }, idempotencyKey, requestHash, now };
}
