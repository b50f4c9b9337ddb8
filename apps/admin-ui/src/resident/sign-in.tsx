import { type FormEvent, useState } from "react";
import { asApiProblem } from "../api/problem.ts";
import type { Session } from "../api/session.ts";
import { problemText } from "../i18n/problem-text.ts";
import { useSpeech } from "./resident-context.tsx";

export function SignIn({ session, onSignedIn }: { session: Session; onSignedIn: () => void }) {
  const { t } = useSpeech();
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isRunning) return;
    const form = new FormData(event.currentTarget);
    setIsRunning(true);
    setProblem(null);
    try {
      await session.login(String(form.get("login")), String(form.get("password")));
      onSignedIn();
    } catch (error) {
      setProblem(problemText(asApiProblem(error), t));
      setIsRunning(false);
    }
  }

  return (
    <form className="card sign-in" onSubmit={submit}>
      <img src="/icons/hallmeter.svg" alt="" width="48" height="48" />
      <h1>{t("my.title")}</h1>
      <p className="quiet">{t("my.signInHelp")}</p>
      <label>
        {t("common.login")}
        <input name="login" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
      </label>
      <label>
        {t("common.password")}
        <input name="password" type="password" required autoComplete="current-password" />
      </label>
      {problem !== null && (
        <p role="alert" className="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="primary" aria-disabled={isRunning}>
        {t("common.signIn")}
      </button>
      <a href="/">{t("my.console")}</a>
    </form>
  );
}
