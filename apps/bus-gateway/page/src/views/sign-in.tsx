import { type FormEvent, useState } from "react";
import { ask, Refused } from "../gateway.ts";
import { useSay } from "../language.ts";
import { isWord } from "../text.ts";

export function SignIn({ onSignedIn }: { onSignedIn: (name: string) => void }) {
  const say = useSay();
  const [refused, setRefused] = useState<Refused | null>(null);
  const [isBusy, setBusy] = useState(false);
  const signIn = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      const { name } = await ask<{ name: string }>("/sign-in", {
        login: form.get("login"),
        password: form.get("password"),
      });
      onSignedIn(name);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setRefused(error);
      setBusy(false);
    }
  };
  return (
    <form className="card sign-in" onSubmit={signIn}>
      <h1>{say("signIn")}</h1>
      <label>
        {say("login")}
        <input name="login" autoComplete="username" required />
      </label>
      <label>
        {say("password")}
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <div role="alert">
        {refused && (
          <p className="notice bad">{isWord(refused.code) ? say(refused.code) : refused.message}</p>
        )}
      </div>
      <button type="submit" disabled={isBusy}>
        {say("signIn")}
      </button>
      <p className="hint">{say("signInHint")}</p>
    </form>
  );
}
