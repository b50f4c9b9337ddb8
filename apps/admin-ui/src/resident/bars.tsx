import { useId } from "react";
import { useSpeech } from "./resident-context.tsx";

export interface Bar {
  /** Short, below the bar; not every one is drawn. */
  tick: string;
  /** The bar in words. */
  text: string;
  value: number;
  columns: readonly string[];
}

const HEIGHT = 96;
const SLOT = 12;
const BAR = 8;
/** Dates stand apart on the narrowest phone. */
const TICKS = 5;
/** The first hour of a day must not fill the card. */
const FEWEST_SLOTS = 12;

/** Bars without a library: one rectangle each, the same numbers as a table below. */
export function Bars({
  label,
  bars,
  head,
}: {
  label: string;
  bars: readonly Bar[];
  head: readonly string[];
}) {
  const { t } = useSpeech();
  const titleId = useId();
  const highest = Math.max(...bars.map(({ value }) => value), 1);
  const slots = Math.max(bars.length, FEWEST_SLOTS);
  const emptySlots = Array.from({ length: slots - bars.length }, (_, index) => `empty ${index}`);
  const width = slots * SLOT;
  const every = Math.max(1, Math.ceil(bars.length / TICKS));
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-labelledby={titleId} preserveAspectRatio="none">
        <title id={titleId}>{label}</title>
        <line x1="0" x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="bars-base" />
        {bars.map(({ text, value }, index) => {
          const height = Math.max((value / highest) * (HEIGHT - 4), value > 0 ? 2 : 0);
          return (
            <rect
              key={text}
              x={index * SLOT + (SLOT - BAR) / 2}
              y={HEIGHT - height}
              width={BAR}
              height={height}
              rx="1.5"
            >
              <title>{text}</title>
            </rect>
          );
        })}
      </svg>
      <div className="bars-ticks" aria-hidden="true">
        {bars.map(({ tick, text }, index) => (
          <span key={text}>{index % every === 0 ? tick : ""}</span>
        ))}
        {emptySlots.map((key) => (
          <span key={key} />
        ))}
      </div>
      <details>
        <summary>{t("my.table")}</summary>
        <table>
          <thead>
            <tr>
              {head.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ text, columns }) => (
              <tr key={text}>
                {columns.map((column, index) => (
                  <td key={head[index]}>{column}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
