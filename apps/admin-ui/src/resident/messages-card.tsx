import { useEffect } from "react";
import { Card } from "./card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";
import type { MyMessage } from "./rows.ts";
import { usePart } from "./use-part.ts";

const MESSAGES_SHOWN = 20;
const NEWEST_SHOWN = 4;
const PATH = `/me/notifications?range=${encodeURIComponent(JSON.stringify([0, MESSAGES_SHOWN - 1]))}`;
/** Long enough to have been seen, not only scrolled past. */
const READ_AFTER_MS = 3000;

function Messages({ messages }: { messages: readonly MyMessage[] }) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  return (
    <ul className="plain">
      {messages.map(({ id, title, text, at, urgent, readAt, unit }) => (
        <li key={id} className={urgent ? "message message-urgent" : "message"}>
          <h3>
            {title}
            {readAt === null && <span className="badge">{t("my.newMessage")}</span>}
          </h3>
          <p>{text}</p>
          <p className="quiet">{[format.moment(at, nowMs), unit].filter(Boolean).join(" · ")}</p>
        </li>
      ))}
    </ul>
  );
}

/** What the system has told this person, newest first; opening the page reads it. */
export function MessagesCard() {
  const { t } = useSpeech();
  const { request } = useHome();
  const { body: messages } = usePart<MyMessage[]>(PATH);
  const hasUnread = messages?.some(({ readAt }) => readAt === null) ?? false;
  useEffect(() => {
    if (!hasUnread) return;
    const timer = setTimeout(() => {
      // A mark that did not arrive is made the next time.
      request("/me/notifications/read", { method: "POST", body: {} }).catch(() => undefined);
    }, READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [hasUnread, request]);
  if (messages === undefined) return null;
  return (
    <Card title={t("my.messages")}>
      {messages.length === 0 && <p>{t("my.noMessages")}</p>}
      <Messages messages={messages.slice(0, NEWEST_SHOWN)} />
      {messages.length > NEWEST_SHOWN && (
        <details>
          <summary>{t("my.olderMessages")}</summary>
          <Messages messages={messages.slice(NEWEST_SHOWN)} />
        </details>
      )}
    </Card>
  );
}
