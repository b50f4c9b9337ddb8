import { type FormEvent, useState } from "react";
import { ask, Refused } from "../gateway.ts";
import { clockText, useSay } from "../language.ts";
import type { Word } from "../text.ts";
import type { CircuitAnswer } from "./circuit.tsx";

const STATE_WORDS = {
  opening: "testOpening",
  open: "testOpen",
  closing: "testClosing",
  passed: "testPassed",
  failed: "testFailed",
} as const satisfies Record<string, Word>;

export function RelayTestCard({ circuit, onAsked }: { circuit: CircuitAnswer; onAsked: () => void }) {
  const say = useSay();
  const [confirm, setConfirm] = useState("");
  const [refused, setRefused] = useState<Refused | null>(null);
  const { relayTest: test, relayTestRefusal: refusal } = circuit;
  const start = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    try {
      await ask(`/circuits/${encodeURIComponent(circuit.id)}/relay-test`, { confirm });
      setRefused(null);
      setConfirm("");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setRefused(error);
    }
    onAsked();
  };
  return (
    <section className="card">
      <h2>{say("relayTest")}</h2>
      {refusal !== null && refusal !== "under-test" && <p className="notice">{say(refusal)}</p>}
      {refusal === null && (
        <form onSubmit={start}>
          <p>{say("relayTestHint")}</p>
          <label>
            {say("confirmName", circuit.name)}
            <input value={confirm} autoComplete="off" onChange={(event) => setConfirm(event.target.value)} />
          </label>
          <button type="submit" disabled={confirm !== circuit.name}>
            {say("startTest")}
          </button>
        </form>
      )}
      <div aria-live="polite">
        {refused && <p className="notice bad">{refused.message}</p>}
        {test && (
          <p className={test.state === "failed" ? "notice bad" : "notice"}>
            {say(STATE_WORDS[test.state], test.detail ?? "")}
          </p>
        )}
      </div>
      <ol className="plain">
        {test?.steps.map(({ at, relay, activePowerW }) => (
          <li key={at}>
            <span className="hint">{clockText(at)}</span> {say("relay")} {say(relay)}
            {activePowerW !== null && ` · ${activePowerW} W`}
          </li>
        ))}
      </ol>
    </section>
  );
}
