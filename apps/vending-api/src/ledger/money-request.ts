/** Who asks for something that moves money, and under which key. */
export interface MoneyRequest {
  by: { id: string; name: string };
  idempotencyKey: string;
  requestHash: string;
  now: Date;
}
