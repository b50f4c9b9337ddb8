import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postWebhook } from "./post-webhook.ts";
import { newWebhookSecret, signedHeaders } from "./webhook-signature.ts";

/** Published with Standard Webhooks: the `sign` test of its libraries. */
const PUBLISHED = {
  secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  at: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

describe("a signature", () => {
  it("is the published one", () => {
    const { secrets, signature, ...message } = PUBLISHED;
    expect(signedHeaders(secrets, message)).toEqual({
      "webhook-id": PUBLISHED.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": signature,
    });
  });

  it("is there by each secret while one takes the place of another", () => {
    const { secrets, signature, ...message } = PUBLISHED;
    const next = newWebhookSecret();
    const [byNext] = signedHeaders([next], message)["webhook-signature"].split(" ");
    expect(signedHeaders([next, ...secrets], message)["webhook-signature"]).toBe(`${byNext} ${signature}`);
  });

  it("has a secret of its own, of the length that the standard asks for", () => {
    const [one, two] = [newWebhookSecret(), newWebhookSecret()];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.replace(/^whsec_/, ""), "base64")).toHaveLength(32);
  });
});

describe("a post", () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end();
  const server = createServer((request, response) => answer(request, response));
  let origin = "";
  const never = new AbortController().signal;
  const post = (change: Partial<Parameters<typeof postWebhook>[0]> = {}) =>
    postWebhook({ ...PUBLISHED, url: `${origin}/hook`, reachesPrivate: true, signal: never, ...change });
  const status = (code: number, headers: Record<string, string> = {}) => {
    answer = (_request, response) => response.writeHead(code, headers).end("some words");
  };

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it("carries the very bytes that are signed", async () => {
    const heard = new Promise<{ headers: IncomingMessage["headers"]; body: string }>((resolve) => {
      answer = async (request, response) => {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        response.end();
        resolve({ headers: request.headers, body: Buffer.concat(parts).toString("utf8") });
      };
    });
    expect(await post()).toEqual({ is: "sent", detail: "200" });
    expect(await heard).toMatchObject({
      headers: { "webhook-signature": PUBLISHED.signature, "content-type": "application/json" },
      body: PUBLISHED.body,
    });
  });

  it.each([
    [204, { is: "sent" }],
    [301, { is: "later", problem: "refused" }],
    [404, { is: "later", problem: "refused", detail: "404 some words" }],
    [429, { is: "later", problem: "refused" }],
    [500, { is: "later", problem: "refused" }],
    [410, { is: "never", problem: "endpoint-gone" }],
  ])("that is answered %i", async (code, outcome) => {
    status(code, { location: `${origin}/elsewhere` });
    expect(await post()).toMatchObject(outcome);
  });

  it("that finds nobody, or is cut off, is worth another try", async () => {
    expect(await post({ url: "http://127.0.0.1:1/hook" })).toMatchObject({
      is: "later",
      problem: "unreachable",
    });
    answer = (request) => request.socket.destroy();
    expect(await post()).toMatchObject({ is: "later", problem: "unreachable" });
  });

  it("never goes inside unless that is allowed", async () => {
    let calls = 0;
    answer = (_request, response) => {
      calls += 1;
      response.end();
    };
    const { port } = new URL(origin);
    for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
      expect(await post({ url: `http://${host}:${port}/hook`, reachesPrivate: false })).toMatchObject({
        is: "never",
        problem: "address-refused",
      });
    expect(calls).toBe(0);
  });

  it("ends with the process that sends it", async () => {
    const stopping = new AbortController();
    answer = () => stopping.abort();
    expect(await post({ signal: stopping.signal })).toMatchObject({ is: "later", problem: "unreachable" });
  });

  it("reads no more of an answer than the log wants", async () => {
    answer = (_request, response) => {
      response.writeHead(500);
      response.on("error", () => {});
      const more = () => {
        if (!response.destroyed) response.write("x".repeat(1000), more);
      };
      more();
    };
    const outcome = await post();
    expect(outcome.detail.length).toBeLessThanOrEqual(300);
  });
});
