import { useEffect, useState } from "react";
import { Card } from "./card.tsx";
import { useSpeech } from "./resident-context.tsx";

/** Chromium's offer to install; other browsers have it in their own menu (WICG manifest-incubations, `BeforeInstallPromptEvent`). */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const isInstalled = () => window.matchMedia("(display-mode: standalone)").matches;

export function InstallCard() {
  const { t } = useSpeech();
  const [offer, setOffer] = useState<InstallOffer | null>(null);
  useEffect(() => {
    const take = (event: Event) => {
      event.preventDefault();
      setOffer(event as InstallOffer);
    };
    window.addEventListener("beforeinstallprompt", take);
    return () => window.removeEventListener("beforeinstallprompt", take);
  }, []);
  if (isInstalled()) return null;
  return (
    <Card title={t("my.install.title")}>
      <p className="quiet">{t("my.install.help")}</p>
      {offer !== null && (
        <button type="button" onClick={() => void offer.prompt().then(() => setOffer(null))}>
          {t("my.install.now")}
        </button>
      )}
    </Card>
  );
}
