import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createRequest } from "./api/request.ts";
import { createSession, exclusivelyInThisBrowser, traceInThisBrowser } from "./api/session.ts";
import { createApp } from "./app.tsx";
import { loadI18nProvider } from "./i18n/i18n-provider.ts";
import { noteMissingParts } from "./layout/missing-part.ts";

noteMissingParts();
const browserFetch = window.fetch.bind(window);
const session = createSession({
  fetch: browserFetch,
  nowMs: Date.now,
  exclusively: exclusivelyInThisBrowser,
  trace: traceInThisBrowser,
});
const request = createRequest({ fetch: browserFetch, session });

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no #root");
const App = createApp({ session, request, i18nProvider: await loadI18nProvider() });
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
