import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { isApiError } from "../errors.ts";
import { type SendOutcome, shortDetail } from "./outgoing.ts";
import { isPublicAddress, publicLookup } from "./public-address.ts";
import { signedHeaders } from "./webhook-signature.ts";

/** Range 5–30 s: a receiver should store and answer at once. */
const ANSWER_LIMIT_MS = 10_000;
/** Of an answer, which is only for the log. */
const READ_LIMIT_BYTES = 2000;
/** RFC 9110, 15.5.11: gone for good. */
const GONE = 410;

export interface WebhookPost {
  url: string;
  /** The newest first. */
  secrets: readonly string[];
  /** Of the notification: the receiver tells a repetition by it. */
  id: string;
  at: Date;
  body: string;
  reachesPrivate: boolean;
  signal: AbortSignal;
}

/** Posts once; a redirection is no success and is not followed. Never rejects. */
export async function postWebhook(post: WebhookPost): Promise<SendOutcome> {
  const url = new URL(post.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // Sockets look names up, but take an address as it is.
  if (!post.reachesPrivate && isIP(host) !== 0 && !isPublicAddress(host))
    return { is: "never", problem: "address-refused", detail: host };
  try {
    const { status, text } = await send(url, post);
    if (status >= 200 && status < 300) return { is: "sent", detail: String(status) };
    const detail = shortDetail(`${status} ${text}`);
    return status === GONE
      ? { is: "never", problem: "endpoint-gone", detail }
      : { is: "later", problem: "refused", detail };
  } catch (error) {
    if (isApiError(error, "address-refused"))
      return { is: "never", problem: "address-refused", detail: error.message };
    return { is: "later", problem: "unreachable", detail: shortDetail(String(error)) };
  }
}

function send(url: URL, post: WebhookPost): Promise<{ status: number; text: string }> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const body = Buffer.from(post.body, "utf8");
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: "POST",
        agent: false,
        signal: AbortSignal.any([post.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
        headers: {
          ...signedHeaders(post.secrets, post),
          "content-type": "application/json",
          "content-length": body.length,
          "user-agent": "Hallmeter-Webhooks/1",
        },
        ...(post.reachesPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        const end = () => resolve({ status: response.statusCode ?? 0, text });
        response.on("data", (part: string) => {
          text += part;
          if (text.length < READ_LIMIT_BYTES) return;
          end();
          response.destroy();
        });
        response.on("end", end);
        response.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
