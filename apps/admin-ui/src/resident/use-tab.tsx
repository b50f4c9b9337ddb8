import type { MyUse } from "../api/rows.ts";
import { Bars } from "./bars.tsx";
import { Card, WaitingCard } from "./card.tsx";
import { hoursOfUse } from "./hours.ts";
import { monthsOfUse } from "./months-of-use.ts";
import { useHome, useSpeech } from "./resident-context.tsx";
import { usePart } from "./use-part.ts";

function UseAsOf({ use }: { use: MyUse }) {
  const { t } = useSpeech();
  const { format, nowMs } = useHome();
  if (use.asOf === null) return <p className="quiet">{t("common.never")}</p>;
  return <p className="quiet">{t("my.asOfUse", { time: format.moment(use.asOf, nowMs) })}</p>;
}

/** Micro-units of the major currency unit, as a minor amount to show; the exact figure stays in the ledger. */
const minorOfMicro = (costMicro: number, currencyDigits: number): number =>
  Math.round(costMicro / 10 ** (6 - currencyDigits));

export function TodayCard({ use }: { use: MyUse }) {
  const { t } = useSpeech();
  const { format, timeZone, currencyDigits } = useHome();
  const hours = hoursOfUse(use.today.intervals, timeZone);
  const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
  return (
    <Card title={t("my.today")}>
      <p className="figure">
        {format.energy(use.today.wh)}
        <span className="quiet"> · {format.money(minorOfMicro(use.today.costMicro, currencyDigits))}</span>
      </p>
      <UseAsOf use={use} />
      {hours.length === 0 ? (
        <p>{t("my.noUse")}</p>
      ) : (
        <Bars
          label={`${t("my.todayHours")}: ${format.energy(use.today.wh)}`}
          head={[t("my.hourColumn"), t("my.useColumn")]}
          bars={hours.map(({ hour, wh }) => ({
            tick: String(hour),
            text: t("my.hour", { hour: clock(hour), energy: format.energy(wh) }),
            value: wh,
            columns: [clock(hour), format.energy(wh)],
          }))}
        />
      )}
    </Card>
  );
}

function DaysCard({ use }: { use: MyUse }) {
  const { t } = useSpeech();
  const { format } = useHome();
  const { days } = use;
  const wh = days.reduce((sum, day) => sum + day.wh, 0);
  const costMinor = days.reduce((sum, day) => sum + day.costMinor, 0);
  return (
    <Card title={t("my.days")}>
      {days.length === 0 ? (
        <p>{t("my.noUse")}</p>
      ) : (
        <>
          <p className="figure">
            {format.energy(wh)}
            <span className="quiet"> · {format.money(costMinor)}</span>
          </p>
          <p className="quiet">{t("my.perDay", { energy: format.energy(Math.round(wh / days.length)) })}</p>
          <UseAsOf use={use} />
          <Bars
            label={`${t("my.days")}: ${t("my.daysTotal", { energy: format.energy(wh), cost: format.money(costMinor) })}`}
            head={[t("my.dayColumn"), t("my.useColumn"), t("my.costColumn")]}
            bars={days.map((day) => ({
              tick: format.day(day.day),
              text: t("my.dayUse", {
                day: format.day(day.day),
                energy: format.energy(day.wh),
                cost: format.money(day.costMinor),
              }),
              value: day.wh,
              columns: [format.day(day.day), format.energy(day.wh), format.money(day.costMinor)],
            }))}
          />
        </>
      )}
    </Card>
  );
}

const YEAR = "/me/use?days=366";

function MonthsCard() {
  const { t } = useSpeech();
  const { format } = useHome();
  const { body } = usePart<MyUse>(YEAR);
  if (body === undefined) return <WaitingCard />;
  const months = monthsOfUse(body.days);
  const wh = months.reduce((sum, month) => sum + month.wh, 0);
  const costMinor = months.reduce((sum, month) => sum + month.costMinor, 0);
  return (
    <Card title={t("my.months")}>
      {months.length === 0 ? (
        <p>{t("my.noUse")}</p>
      ) : (
        <>
          <p className="figure">
            {format.energy(wh)}
            <span className="quiet"> · {format.money(costMinor)}</span>
          </p>
          <UseAsOf use={body} />
          <Bars
            label={`${t("my.months")}: ${t("my.daysTotal", { energy: format.energy(wh), cost: format.money(costMinor) })}`}
            head={[t("my.monthColumn"), t("my.useColumn"), t("my.costColumn")]}
            bars={months.map((month) => ({
              tick: format.monthShort(month.month),
              text: t("my.dayUse", {
                day: format.month(month.month),
                energy: format.energy(month.wh),
                cost: format.money(month.costMinor),
              }),
              value: month.wh,
              columns: [format.month(month.month), format.energy(month.wh), format.money(month.costMinor)],
            }))}
          />
          <p className="quiet">{t("my.monthsHelp")}</p>
        </>
      )}
    </Card>
  );
}

/** Where the electricity went: today, the last days, the last year. */
export function UseTab({ use }: { use: MyUse | undefined }) {
  return (
    <>
      {use ? <TodayCard use={use} /> : <WaitingCard />}
      {use ? <DaysCard use={use} /> : <WaitingCard />}
      <MonthsCard />
    </>
  );
}
