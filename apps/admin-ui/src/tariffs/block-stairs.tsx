import type { Blocks } from "@hallmeter/meter-model";
import { Box } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";

const WIDTH = 400;
const HEIGHT = 120;
const PAD = { left: 8, right: 8, top: 20, bottom: 22 };

/** What a kilowatt-hour costs above its rate, the more is used: each step adds to those below. */
export function BlockStairs({ blocks }: { blocks: Blocks }) {
  const t = useT();
  const format = useFormat();
  const steps = blocks.steps.map(({ aboveWh, surchargeMicroPerKWh }, index) => ({
    aboveWh,
    micro: blocks.steps
      .slice(0, index)
      .reduce((sum, step) => sum + step.surchargeMicroPerKWh, surchargeMicroPerKWh),
  }));
  const last = steps.at(-1);
  if (last === undefined) return null;
  const mostWh = last.aboveWh * 1.35;
  const most = Math.max(last.micro, 1);
  const x = (wh: number) => PAD.left + (wh / mostWh) * (WIDTH - PAD.left - PAD.right);
  const y = (micro: number) => HEIGHT - PAD.bottom - (micro / most) * (HEIGHT - PAD.top - PAD.bottom);
  const path = steps.reduce(
    (line, { aboveWh, micro }) => `${line} H${x(aboveWh)} V${y(micro)}`,
    `M${x(0)} ${y(0)}`,
  );
  const outline = `${path} H${x(mostWh)}`;
  const texts = steps.map(({ aboveWh, micro }) => `${format.energyShort(aboveWh)}: +${format.price(micro)}`);
  return (
    <Box
      component="svg"
      role="img"
      aria-label={t("tariffs.stairs", { steps: texts.join(", ") })}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      sx={{ width: "100%", maxWidth: WIDTH, color: "primary.main", display: "block" }}
    >
      <path d={`${outline} V${y(0)} Z`} fill="currentColor" opacity="0.14" />
      <path d={outline} fill="none" stroke="currentColor" strokeWidth="2" />
      <Box component="g" sx={{ fill: (theme) => theme.palette.text.secondary, fontSize: 12 }}>
        {steps.map(({ aboveWh, micro }) => (
          <g key={aboveWh}>
            <text x={x(aboveWh)} y={HEIGHT - 6} textAnchor="middle">
              {format.energyShort(aboveWh)}
            </text>
            <text x={x(aboveWh) + 6} y={y(micro) - 6}>
              +{format.price(micro)}
            </text>
          </g>
        ))}
      </Box>
    </Box>
  );
}
