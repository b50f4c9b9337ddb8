import CheckIcon from "@mui/icons-material/CheckCircle";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import { Box, Button, CircularProgress, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider } from "react-admin";
import type { Circuit } from "../../api/rows.ts";
import { useMay } from "../../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../../data/data-provider.ts";
import { useRow } from "../../data/use-row.ts";
import { useConsoleLocale, useT } from "../../i18n/use-t.ts";
import { ConfirmWithReason } from "../../shared/confirm-with-reason.tsx";
import { useKeyedAct } from "../../shared/use-keyed-act.ts";
import { detailText } from "../detail-text.ts";
import type { RelayTestRow, RelayTestState } from "../rows.ts";

/** Beside the stream, while the relay moves. */
const WATCH_MS = 1000;
const UNDER_WAY: readonly RelayTestState[] = ["asked", "opening", "open", "closing"];

/** The last relay test of a circuit, and another one after a confirmation with a reason. */
export function RelayTest({ circuit }: { circuit: Pick<Circuit, "id" | "name"> }) {
  const t = useT();
  const may = useMay();
  const keyed = useKeyedAct();
  const locale = useConsoleLocale();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isAsking, setIsAsking] = useState(false);
  const [isWatching, setIsWatching] = useState(false);
  const { data, refetch } = useRow<RelayTestRow>("relay-tests", circuit.id, {
    ...(isWatching && { refetchInterval: WATCH_MS }),
  });
  const test = data?.test ?? null;
  const isUnderWay = test !== null && UNDER_WAY.includes(test.state);
  if (isUnderWay !== isWatching) setIsWatching(isUnderWay);

  async function run(reason: string) {
    const path = `/circuits/${encodeURIComponent(circuit.id)}/relay-test`;
    await dataProvider.act(path, { reason }, keyed.keyFor([circuit.id, reason, test?.askedAt]));
    keyed.settle();
    await refetch();
  }
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
      <Box
        role="status"
        sx={{ display: "inline-flex", gap: 0.75, alignItems: "center", "& svg": { fontSize: "1.1rem" } }}
      >
        {isUnderWay && <CircularProgress size={14} aria-hidden />}
        {test?.state === "passed" && <CheckIcon color="success" aria-hidden />}
        {(test?.state === "failed" || test?.state === "lost") && <ErrorIcon color="error" aria-hidden />}
        <Typography variant="body2" component="span">
          {t(`commissioning.testState.${test?.state ?? "none"}`)}
          {test?.detail != null && `: ${detailText(test.detail, locale)}`}
        </Typography>
      </Box>
      {may("circuits.test-relay") && !isUnderWay && (
        <Button size="small" variant="outlined" onClick={() => setIsAsking(true)}>
          {t(test === null ? "commissioning.testRelay" : "commissioning.testAgain")}
        </Button>
      )}
      {isAsking && (
        <ConfirmWithReason
          title={t("commissioning.testTitle", { circuit: circuit.name })}
          help={t("commissioning.testHelp", { circuit: circuit.name })}
          confirmLabel={t("commissioning.testConfirm")}
          color="error"
          maxLength={200}
          onConfirm={run}
          onClose={() => setIsAsking(false)}
        />
      )}
    </Box>
  );
}
