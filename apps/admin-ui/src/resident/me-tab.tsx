import type { Me } from "../api/rows.ts";
import type { Session } from "../api/session.ts";
import { Card } from "./card.tsx";
import { InstallCard } from "./install-card.tsx";
import { NoticeSettingsCard } from "./notice-settings-card.tsx";
import { PasswordCard } from "./password-card.tsx";
import { useHome, useSpeech } from "./resident-context.tsx";

function RoommatesCard({ residents }: Pick<Me, "residents">) {
  const { t } = useSpeech();
  return (
    <Card title={t("my.residents")}>
      {residents.length === 0 && <p>{t("my.noResidents")}</p>}
      <ul className="plain">
        {residents.map(({ id, name, isYou }) => (
          <li key={id}>
            {name}
            {isYou && <span className="quiet"> · {t("my.you")}</span>}
          </li>
        ))}
      </ul>
      <p className="quiet">{t("my.residentsHelp")}</p>
    </Card>
  );
}

function RoomsCard({ rooms }: Pick<Me, "rooms">) {
  const { t } = useSpeech();
  const { format } = useHome();
  if (rooms.length < 2) return null;
  return (
    <Card title={t("my.rooms")}>
      <ul className="plain rows">
        {rooms.map(({ unitName, from, until }) => (
          <li key={from}>
            <strong>{t("my.room", { room: unitName })}</strong>
            <span className="quiet">
              {until === null
                ? t("common.since", { time: format.date(from) })
                : `${format.date(from)} – ${format.date(until)}`}
            </span>
          </li>
        ))}
      </ul>
      <p className="quiet">{t("my.roomsHelp")}</p>
    </Card>
  );
}

/** The household, the notices and the account of this person. */
export function MeTab({ me, session }: { me: Me; session: Session }) {
  return (
    <>
      <NoticeSettingsCard />
      <RoommatesCard residents={me.residents} />
      <RoomsCard rooms={me.rooms} />
      <PasswordCard session={session} />
      <InstallCard />
    </>
  );
}
