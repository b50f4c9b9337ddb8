import type { SandboxPayment } from "./sandbox-payment.model.ts";

const STATE_TEXTS = {
  open: ["Waits for you", "等待支付"],
  late: ["The money is on its way; it arrives in two minutes", "款项在途，两分钟后到账"],
  paid: ["Paid", "已支付"],
  failed: ["The payment failed", "支付失败"],
  expired: ["This payment has expired", "支付已过期"],
} as const satisfies Record<SandboxPayment["state"], readonly [string, string]>;

const BUTTONS = {
  pay: ["Pay", "支付"],
  fail: ["Let it fail", "支付失败"],
  late: ["Pay, but late", "延迟到账"],
} as const;

/** The sandbox's page: plain HTML without scripts, in English and Chinese. */
export function sandboxPage(
  payment: SandboxPayment,
  actions: readonly (keyof typeof BUTTONS)[],
  /** From the page's own address to the folder of all payments. */
  base: string,
): string {
  const { _id, title, amountMinor, currency, state, returnUrl } = payment;
  const forms = actions.map((action) => {
    const [en, zh] = BUTTONS[action];
    return `<form method="post" action="${base}${escapeHtml(_id)}/${action}"><button class="${action}">${en} · <span lang="zh">${zh}</span></button></form>`;
  });
  const [en, zh] = STATE_TEXTS[state];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox payment</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem;color:#1b2733;background:#fff}
main{border:1px solid #d4dbe2;border-radius:12px;padding:1.5rem}
.amount{font-size:2rem;font-weight:600}
.note{background:#fff4d6;border-radius:8px;padding:.5rem .75rem}
button{width:100%;min-height:48px;margin:.25rem 0;border:1px solid #0b5c8a;border-radius:8px;font:inherit;background:#fff;color:#0b5c8a}
button.pay{background:#0b5c8a;color:#fff}
a{color:#0b5c8a;display:inline-block;min-height:24px}
</style></head>
<body><main>
<h1>Sandbox payment · <span lang="zh">沙盒支付</span></h1>
<p class="note">No money moves here. <span lang="zh">此处不产生真实扣款。</span></p>
<p>${escapeHtml(title)}</p>
<p class="amount">${amountText(amountMinor, currency)}</p>
<p role="status">${en} · <span lang="zh">${zh}</span></p>
${forms.join("\n")}
<p><a href="${escapeHtml(returnUrl)}">Back to your page · <span lang="zh">返回</span></a></p>
</main></body></html>
`;
}

function amountText(amountMinor: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return escapeHtml(format.format(amountMinor / 10 ** digits));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
