import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { signMessage } from "../signed-message.ts";
import { type SandboxPayment, type SandboxState, sandboxPaymentModel } from "./sandbox-payment.model.ts";
import { messageOf, SANDBOX, SANDBOX_SIGNATURE, sandboxSecret } from "./sandbox-provider.ts";

type SandboxDeps = Pick<Deps, "connection" | "clock" | "secrets" | "publicUrl" | "log">;

/** What the payer can do on the sandbox's page, and from where. `late` works on an expired one too: that is what it is for. */
export const SANDBOX_ACTIONS = {
  pay: { from: ["open"], to: "paid" },
  fail: { from: ["open"], to: "failed" },
  late: { from: ["open", "expired"], to: "late" },
} as const satisfies Record<string, { from: readonly SandboxState[]; to: SandboxState }>;
export type SandboxAction = keyof typeof SANDBOX_ACTIONS;

/** Long enough to see the resident's page wait for it. Range 10 s–1 h. */
export const ARRIVES_LATE_MS = 2 * 60_000;
/** Our own server answers at once or not at all. Range 1–30 s. */
const DELIVERY_TIMEOUT_MS = 5000;

export async function findSandboxPayment(
  { connection }: Pick<Deps, "connection">,
  id: string,
): Promise<SandboxPayment> {
  const payment = await sandboxPaymentModel(connection).findById(id).lean<SandboxPayment | null>();
  if (!payment) throw new ApiError("not-found");
  return payment;
}

/** Does what the payer clicked, and tells the API. Clicked too late or twice it changes nothing. */
export async function actOnSandboxPayment(
  deps: SandboxDeps,
  id: string,
  action: SandboxAction,
): Promise<SandboxPayment> {
  const { from, to } = SANDBOX_ACTIONS[action];
  const now = deps.clock.now();
  const arrivesAt = action === "late" ? new Date(now.getTime() + ARRIVES_LATE_MS) : null;
  const moved = await sandboxPaymentModel(deps.connection)
    .findOneAndUpdate(
      { _id: id, state: { $in: [...from] } },
      { $set: { state: to, changedAt: now, arrivesAt, isUntold: true } },
      { returnDocument: "after" },
    )
    .lean<SandboxPayment | null>();
  if (!moved) return findSandboxPayment(deps, id);
  await tell(deps, moved);
  return moved;
}

/** What happens at the sandbox without a click: late money arrives, open payments expire, untold news are told again. */
export async function sweepSandbox(deps: SandboxDeps): Promise<void> {
  const payments = sandboxPaymentModel(deps.connection);
  const now = deps.clock.now();
  const news = { changedAt: now, isUntold: true };
  await payments.updateMany(
    { state: "late", arrivesAt: { $lte: now } },
    { $set: { ...news, state: "paid" } },
  );
  await payments.updateMany(
    { state: "open", expiresAt: { $lte: now } },
    { $set: { ...news, state: "expired" } },
  );
  for (const payment of await payments.find({ isUntold: true }).lean<SandboxPayment[]>())
    await tell(deps, payment);
}

/** Over HTTP, as a real provider would; what is not heard is told again from time to time. */
async function tell(deps: SandboxDeps, payment: SandboxPayment): Promise<void> {
  const { siteId, _id, state } = payment;
  const body = Buffer.from(JSON.stringify(messageOf(payment)), "utf8");
  const secret = sandboxSecret(deps.secrets.sealingSecret, siteId);
  try {
    const response = await fetch(`${deps.publicUrl()}/api/v1/payment-webhooks/${siteId}/${SANDBOX}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        [SANDBOX_SIGNATURE]: signMessage(body, secret, deps.clock.now()),
      },
      body,
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
    });
    if (!response.ok) throw new ApiError("provider-unavailable", `The API answered ${response.status}`);
    await sandboxPaymentModel(deps.connection).updateOne({ _id, state }, { $set: { isUntold: false } });
  } catch (error) {
    deps.log.warn({ err: error, paymentId: _id }, "sandbox payment not told; it is told again");
  }
}
