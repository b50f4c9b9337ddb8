import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { asApiProblem } from "./api/problem.ts";
import { createRequest } from "./api/request.ts";
import { createSession, exclusivelyInThisBrowser, traceInThisBrowser } from "./api/session.ts";
import { chosenLocale, loadMessages } from "./resident/load-messages.ts";
import "./resident/resident.css";
import { ResidentApp } from "./resident/resident-app.tsx";

const browserFetch = window.fetch.bind(window);
const session = createSession({
  fetch: browserFetch,
  nowMs: Date.now,
  exclusively: exclusivelyInThisBrowser,
  trace: traceInThisBrowser,
});
const request = createRequest({ fetch: browserFetch, session });

const place = document.getElementById("root");
if (place === null) throw new Error("my.html has no #root");
const locale = chosenLocale();
const [messages, isSignedIn] = await Promise.all([
  loadMessages(locale),
  session.token().then(
    () => true,
    // Without a network nobody can say that the session has ended; the page then tells that it is offline.
    (error) => asApiProblem(error).status === 0 && traceInThisBrowser.isSet(),
  ),
]);
createRoot(place).render(
  <StrictMode>
    <ResidentApp session={session} request={request} initial={{ locale, messages, isSignedIn }} />
  </StrictMode>,
);

// The page opens without a network; figures always come from the server.
if (import.meta.env.PROD && "serviceWorker" in navigator)
  navigator.serviceWorker.register("/my-worker.js", { scope: "/my" }).catch(() => undefined);
