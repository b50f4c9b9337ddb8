import { useEffect, useState } from "react";
import type { Overview } from "../../src/web/api/api-routes.ts";
import { ask, usePolled } from "./gateway.ts";
import { firstLanguage, keepLanguage, LanguageContext, useSay } from "./language.ts";
import type { Language, Word } from "./text.ts";
import { BusesView } from "./views/buses.tsx";
import { CircuitsView, CircuitView } from "./views/circuit.tsx";
import { DiagnosticsView } from "./views/diagnostics.tsx";
import { EventsView } from "./views/events.tsx";
import { FramesView } from "./views/frames.tsx";
import { ScanView } from "./views/scan.tsx";
import { SignIn } from "./views/sign-in.tsx";

const VIEWS = ["buses", "frames", "circuits", "scan", "events", "diagnostics"] as const satisfies Word[];
const OVERVIEW_EVERY_MS = 2000;

/** `#/circuits/c1` → ["circuits", "c1"] */
function placeFrom(hash: string): [string, string | undefined] {
  const [view = "buses", id] = hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  return [view, id === undefined ? undefined : decodeURIComponent(id)];
}

function usePlace(): [string, string | undefined] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return placeFrom(hash);
}

export function App() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [name, setName] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    keepLanguage(language);
  }, [language]);
  useEffect(() => {
    const signedOut = () => setName(null);
    window.addEventListener("signed-out", signedOut);
    ask<{ name: string | null }>("/session").then((session) => setName(session.name), signedOut);
    return () => window.removeEventListener("signed-out", signedOut);
  }, []);
  return (
    <LanguageContext value={language}>
      <Frame
        name={name ?? null}
        onSignedOut={() => setName(null)}
        onLanguage={() => setLanguage(language === "en" ? "zh" : "en")}
      >
        {name === null && <SignIn onSignedIn={setName} />}
        {typeof name === "string" && <SignedIn />}
      </Frame>
    </LanguageContext>
  );
}

function Frame(props: {
  name: string | null;
  onSignedOut: () => void;
  onLanguage: () => void;
  children: React.ReactNode;
}) {
  const say = useSay();
  const [view] = usePlace();
  const signOut = () => void ask("/sign-out", {}).then(props.onSignedOut, props.onSignedOut);
  return (
    <>
      <a className="skip" href="#content">
        {say("skip")}
      </a>
      <header>
        <span className="brand">{say("title")}</span>
        <button type="button" className="quiet" onClick={props.onLanguage}>
          {say("language")}
        </button>
        {props.name !== null && (
          <button type="button" className="quiet" onClick={signOut}>
            {say("signOut")}
          </button>
        )}
        {props.name !== null && (
          <nav aria-label={say("views")}>
            {VIEWS.map((each) => (
              <a key={each} href={`#/${each}`} aria-current={each === view ? "page" : undefined}>
                {say(each)}
              </a>
            ))}
          </nav>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        {props.children}
      </main>
    </>
  );
}

function SignedIn() {
  const say = useSay();
  const [view, id] = usePlace();
  const { value: overview, refused } = usePolled<Overview>("/overview", OVERVIEW_EVERY_MS);
  return (
    <>
      <div aria-live="polite">
        {refused && (
          <p className="notice bad">
            {refused.code === "unreachable" ? say("unreachable") : refused.message}
          </p>
        )}
      </div>
      {overview ? <View view={view} id={id} overview={overview} /> : <p>{say("loading")}</p>}
    </>
  );
}

function View({ view, id, overview }: { view: string; id: string | undefined; overview: Overview }) {
  switch (view) {
    case "frames":
      return <FramesView overview={overview} />;
    case "circuits":
      return id === undefined ? <CircuitsView overview={overview} /> : <CircuitView key={id} id={id} />;
    case "scan":
      return <ScanView overview={overview} />;
    case "events":
      return <EventsView overview={overview} />;
    case "diagnostics":
      return <DiagnosticsView overview={overview} />;
    default:
      return <BusesView overview={overview} />;
  }
}
