import type { Deps } from "../../deps.ts";
import { type BinaryAnswer, binary, binaryOf } from "../../http/answer.ts";
import { type Route, route } from "../../http/route.ts";
import { sandboxPage } from "./sandbox-page.ts";
import type { SandboxPayment } from "./sandbox-payment.model.ts";
import {
  actOnSandboxPayment,
  findSandboxPayment,
  SANDBOX_ACTIONS,
  type SandboxAction,
} from "./sandbox-payments.ts";

const TAG = "Sandbox payments";
const HTML = "text/html; charset=utf-8";
const ACTION_NAMES = Object.keys(SANDBOX_ACTIONS) as SandboxAction[];

/** The pages of the provider that is none. Open to whoever has the link, as a real provider's are. */
export function sandboxRoutes(deps: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/sandbox-payments/:id",
      tag: TAG,
      summary: "The page where a demonstration's payment is paid, failed or paid late",
      access: "public",
      answers: { 200: binaryOf(HTML) },
      handle: async ({ params }) => pageOf(await findSandboxPayment(deps, params.id)),
    }),
    ...ACTION_NAMES.map((action) =>
      route({
        method: "post",
        path: `/sandbox-payments/:id/${action}` as const,
        tag: TAG,
        summary: `What the button "${action}" of that page does`,
        access: "public",
        answers: { 200: binaryOf(HTML) },
        async handle({ params }) {
          await findSandboxPayment(deps, params.id);
          return pageOf(await actOnSandboxPayment(deps, params.id, action), "../");
        },
      }),
    ),
  ];
}

function pageOf(payment: SandboxPayment, base = ""): BinaryAnswer {
  const actions = ACTION_NAMES.filter((action) => {
    const from: readonly SandboxPayment["state"][] = SANDBOX_ACTIONS[action].from;
    return from.includes(payment.state);
  });
  return binary(HTML, new TextEncoder().encode(sandboxPage(payment, actions, base)));
}
