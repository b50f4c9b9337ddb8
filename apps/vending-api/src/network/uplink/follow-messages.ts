import type { Deps } from "../../deps.ts";
import type { EventSink } from "../../http/answer.ts";
import type { GatewayMessages } from "../gateway-messages.ts";
import { noteSeen } from "../watch-gateways.ts";

/** How long a message written by another API process may wait. Range 250–5000 ms. */
const POLL_INTERVAL_MS = 1000;
const MESSAGES_PER_READ = 500;

/** Sends every message after `after`, in order, each once, until the stream ends. Returns the way to stop. */
export function followMessages(
  { connection, clock, log }: Pick<Deps, "connection" | "clock" | "log">,
  messages: GatewayMessages,
  gatewayId: string,
  after: number,
  sink: EventSink,
): () => void {
  let sent = after;
  let reading = false;
  let again = false;

  const sendNew = async () => {
    for (;;) {
      const found = await messages.after(gatewayId, sent, MESSAGES_PER_READ);
      for (const message of found) {
        if (sink.ended) return;
        sink.send({ id: String(message.sequence), data: message });
        sent = message.sequence;
      }
      if (found.length < MESSAGES_PER_READ) return;
    }
  };

  /** One reader at a time; a call meanwhile makes it look once more. */
  const look = () => {
    again = true;
    if (reading || sink.ended) return;
    reading = true;
    again = false;
    sendNew()
      .catch((error: unknown) => {
        // The gateway comes back and resumes; until then it must not believe that it is listening.
        log.warn({ err: error, gatewayId }, "messages to a gateway can't be read");
        sink.end();
      })
      .finally(() => {
        reading = false;
        if (again) look();
      });
  };

  const poll = () => {
    look();
    noteSeen(connection, gatewayId, clock.now()).catch((error: unknown) =>
      log.warn({ err: error, gatewayId }, "a gateway's contact can't be noted"),
    );
  };
  const stops = [messages.onSent(gatewayId, look), clock.every(POLL_INTERVAL_MS, poll)];
  look();
  return () => {
    for (const stop of stops) stop();
  };
}
