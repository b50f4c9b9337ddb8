import { type FormEvent, useState } from "react";
import { Card, Problem } from "./card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";
import { type NoticeSettings, RESIDENT_NOTICES } from "./rows.ts";
import { useAct } from "./use-act.ts";
import { usePart } from "./use-part.ts";

const PATH = "/me/notification-settings";
const NIGHT = { from: "22:00", to: "07:00" };

function SettingsForm({ initial }: { initial: NoticeSettings }) {
  const { t, locale } = useSpeech();
  const { request } = useHome();
  const act = useAct();
  const [email, setEmail] = useState(initial.email ?? "");
  const [kinds, setKinds] = useState(initial.kinds);
  const [quietHours, setQuietHours] = useState(initial.quietHours);
  const [keptBody, setKeptBody] = useState("");
  const body = { email: email.trim() === "" ? null : email.trim(), kinds, quietHours, locale };

  async function keep(event: FormEvent) {
    event.preventDefault();
    const kept = await act.run(body, () => request(PATH, { method: "PATCH", body }));
    if (kept) setKeptBody(JSON.stringify(body));
  }

  return (
    <form className="form" onSubmit={(event) => void keep(event)}>
      <label>
        {t("my.notices.email")}
        <input
          type="email"
          autoComplete="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </label>
      <fieldset className="checks">
        <legend>{t("my.notices.kinds")}</legend>
        {RESIDENT_NOTICES.filter((kind) => initial.offeredKinds.includes(kind)).map((kind) => (
          <label key={kind}>
            <input
              type="checkbox"
              checked={kinds.includes(kind)}
              onChange={({ target }) =>
                setKinds(target.checked ? [...kinds, kind] : kinds.filter((other) => other !== kind))
              }
            />
            {t(`my.notices.kind.${kind}`)}
          </label>
        ))}
      </fieldset>
      <fieldset className="checks">
        <legend>{t("my.notices.quiet")}</legend>
        <label>
          <input
            type="checkbox"
            checked={quietHours !== null}
            onChange={({ target }) => setQuietHours(target.checked ? NIGHT : null)}
          />
          {t("my.notices.quietHelp")}
        </label>
        {quietHours !== null && (
          <div className="pair">
            {(["from", "to"] as const).map((end) => (
              <label key={end}>
                {t(`my.notices.${end}`)}
                <input
                  type="time"
                  required
                  value={quietHours[end]}
                  onChange={({ target }) => setQuietHours({ ...quietHours, [end]: target.value })}
                />
              </label>
            ))}
          </div>
        )}
      </fieldset>
      <Problem text={act.problem} />
      <button type="submit" aria-disabled={act.isRunning}>
        {t("my.notices.keep")}
      </button>
      <p role="status" className="quiet">
        {keptBody === JSON.stringify(body) && t("my.notices.kept")}
      </p>
    </form>
  );
}

export function NoticeSettingsCard() {
  const { t } = useSpeech();
  const { body: settings } = usePart<NoticeSettings>(PATH);
  if (settings === undefined) return null;
  return (
    <Card title={t("my.notices.title")}>
      <SettingsForm initial={settings} />
    </Card>
  );
}
