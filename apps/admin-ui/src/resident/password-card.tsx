import { type FormEvent, useRef, useState } from "react";
import type { Session } from "../api/session.ts";
import { Card, Problem } from "./card.tsx";
import { useSpeech } from "./resident-context.tsx";
import { useAct } from "./use-act.ts";

export function PasswordCard({ session }: { session: Session }) {
  const { t } = useSpeech();
  const act = useAct();
  const form = useRef<HTMLFormElement>(null);
  const [isDone, setIsDone] = useState(false);

  async function change(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setIsDone(false);
    const fields = new FormData(event.currentTarget);
    const [current, next] = [String(fields.get("current")), String(fields.get("next"))];
    const changed = await act.run([current, next], async () => {
      await session.changePassword(current, next);
      return true;
    });
    if (!changed) return;
    setIsDone(true);
    form.current?.reset();
  }

  return (
    <Card title={t("my.password.title")}>
      <form ref={form} className="form" onSubmit={(event) => void change(event)}>
        <label>
          {t("my.password.current")}
          <input name="current" type="password" required autoComplete="current-password" />
        </label>
        <label>
          {t("my.password.next")}
          <input name="next" type="password" required minLength={10} autoComplete="new-password" />
        </label>
        <Problem text={act.problem} />
        <button type="submit" aria-disabled={act.isRunning}>
          {t("my.password.change")}
        </button>
        <p role="status" className="quiet">
          {isDone && t("my.password.done")}
        </p>
      </form>
    </Card>
  );
}
