import { useState } from "react";
import type { Me, Why, WhyHold } from "../api/rows.ts";
import { describeHold } from "../shared/describe-hold.ts";
import { Problem } from "./card.tsx";
import { powerSummary } from "./hours.ts";
import { type ResidentKey, useHome, useSpeech } from "./resident-context.tsx";
import { useAct } from "./use-act.ts";

function todoKey({ kind, locked }: WhyHold): ResidentKey {
  if (locked && (kind === "overload" || kind === "vicious-load")) return `my.todo.${kind}-locked`;
  return `my.todo.${kind}`;
}

/** Takes the reminder away. */
function AcknowledgeButton({ onDone }: { onDone: () => void }) {
  const { t } = useSpeech();
  const { request } = useHome();
  const act = useAct();
  const [isDone, setIsDone] = useState(false);

  async function acknowledge() {
    const answer = await act.run("reminder", (idempotencyKey) =>
      request("/me/reminders/acknowledge", { method: "POST", body: {}, idempotencyKey }),
    );
    if (!answer) return;
    setIsDone(true);
    onDone();
  }

  return (
    <>
      {isDone ? (
        <p role="status">{t("my.acknowledged")}</p>
      ) : (
        <button
          type="button"
          className="primary"
          onClick={() => void acknowledge()}
          aria-disabled={act.isRunning}
        >
          {t(act.isRunning ? "my.acknowledging" : "my.acknowledge")}
        </button>
      )}
      <Problem text={act.problem} />
    </>
  );
}

function Reason({ hold, onDone }: { hold: WhyHold; onDone: () => void }) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  const told = describeHold(hold, t, format, { nowMs });
  return (
    <li className="reason">
      <h3>{told.title}</h3>
      <p className="quiet">{t("common.since", { time: format.moment(hold.since, nowMs) })}</p>
      <p>{told.sentence}</p>
      {told.figures.length > 0 && <p className="quiet">{told.figures.join(" · ")}</p>}
      <p className="todo">{t(todoKey(hold))}</p>
      <p>
        <span className="quiet">{t("hold.releasedBy")}</span> {told.release}
      </p>
      {hold.kind === "reminder" && <AcknowledgeButton onDone={onDone} />}
    </li>
  );
}

/** Is the power on; if not, why, and what brings it back. */
export function PowerCard({
  whys,
  circuits,
  onDone,
}: {
  whys: Why[];
  circuits: Me["circuits"];
  onDone: () => void;
}) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  const summary = powerSummary(whys.map(({ relay }) => relay));
  const standing = whys.flatMap(({ circuitId, holds }) =>
    holds.filter(({ suspended }) => !suspended).map((hold) => ({ circuitId, hold })),
  );
  // Several circuits are often held for one and the same reason: it is told once.
  const reasons = standing.filter(
    ({ hold }, index) => standing.findIndex((other) => other.hold.kind === hold.kind) === index,
  );
  const oldest = whys.reduce<string | null>(
    (before, { asOf }) => (asOf !== null && (before === null || asOf < before) ? asOf : before),
    null,
  );
  const isSilent = whys.some(({ presence }) => presence === "offline");
  return (
    <section className="card" aria-labelledby="power">
      <h2 id="power" className={`power power-${summary}`}>
        {t(`my.power.${summary}`)}
      </h2>
      <p className="quiet">
        {oldest === null ? t("common.never") : t("common.asOf", { time: format.moment(oldest, nowMs) })}
      </p>
      {isSilent && <p className="alert">{t("my.stale")}</p>}
      {whys.some(({ keepPower }) => keepPower) && <p>{t("my.keepPower")}</p>}
      {circuits.length > 1 && (
        <ul className="plain">
          {circuits.map(({ id, name }) => (
            <li key={id}>
              {name}:{" "}
              <strong>
                {t(`relay.${whys.find(({ circuitId }) => circuitId === id)?.relay ?? "unknown"}`)}
              </strong>
            </li>
          ))}
        </ul>
      )}
      {reasons.length > 0 && (
        <>
          <p className="why">{t("my.why")}</p>
          <ul className="plain">
            {reasons.map(({ circuitId, hold }) => (
              <Reason key={`${circuitId}-${hold.kind}`} hold={hold} onDone={onDone} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
