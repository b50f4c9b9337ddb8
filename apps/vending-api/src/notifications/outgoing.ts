import type { NotificationProblem } from "./notification.model.ts";

/** What became of one attempt. `later`: worth another try; `never`: no try will help. */
export type SendOutcome =
  | { is: "sent"; detail: string }
  | { is: "later" | "never"; problem: NotificationProblem; detail: string };

export interface Mail {
  /** Of the notification: the message's own id, the same whenever it is sent again. */
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** Sends one mail. Never rejects. */
export type SendMail = (mail: Mail) => Promise<SendOutcome>;

/** The ways out of the house, made from the settings. */
export interface Outgoing {
  /** Null: mails have no way out. */
  sendMail: SendMail | null;
  /** Endpoints may lie inside the network. */
  reachesPrivate: boolean;
}

/** As much of the other side's words as a person wants to read. */
export function shortDetail(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 300);
}
