import { useCallback, useEffect, useMemo, useState } from "react";
import type { ApiRequest } from "../api/request.ts";
import type { Session } from "../api/session.ts";
import { createTranslate } from "../i18n/interpolate.ts";
import { LANGUAGE_TAGS, LOCALE_NAMES, type Locale } from "../i18n/translated.ts";
import { AccountPage } from "./account-page.tsx";
import { keepLocale, loadMessages, type ResidentMessages } from "./load-messages.ts";
import { SpeechProvider } from "./resident-context.tsx";
import { SignIn } from "./sign-in.tsx";

interface Props {
  session: Session;
  request: ApiRequest;
  initial: { locale: Locale; messages: ResidentMessages; isSignedIn: boolean };
}

export function ResidentApp({ session, request, initial }: Props) {
  const [spoken, setSpoken] = useState({ locale: initial.locale, messages: initial.messages });
  const [isSignedIn, setIsSignedIn] = useState(initial.isSignedIn);
  const speech = useMemo(
    () => ({
      locale: spoken.locale,
      t: createTranslate(spoken.messages),
      setLocale: (locale: Locale) => {
        keepLocale(locale);
        void loadMessages(locale).then((messages) => setSpoken({ locale, messages }));
      },
    }),
    [spoken],
  );
  const { t, locale } = speech;
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[locale];
    document.title = t("my.title");
  }, [locale, t]);

  const signOut = useCallback(() => {
    setIsSignedIn(false);
    // A logout that the server did not hear still forgets the token here.
    session.logout().catch(() => undefined);
  }, [session]);

  const other = locale === "en" ? "zh" : "en";
  return (
    <SpeechProvider value={speech}>
      <main>
        {isSignedIn ? (
          <AccountPage session={session} request={request} onSignOut={signOut} />
        ) : (
          <SignIn session={session} onSignedIn={() => setIsSignedIn(true)} />
        )}
      </main>
      <footer>
        <button type="button" lang={LANGUAGE_TAGS[other]} onClick={() => speech.setLocale(other)}>
          {LOCALE_NAMES[other]}
        </button>
      </footer>
    </SpeechProvider>
  );
}
