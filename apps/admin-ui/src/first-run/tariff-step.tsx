import { flatScheme } from "@hallmeter/meter-model";
import { Alert, Box, Button, LinearProgress, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useCreate, useDataProvider, useGetList, useRefresh } from "react-admin";
import type { TariffRow } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { parseAmountMinor } from "../format/decimal.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { InlineForm } from "../shared/inline-form.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import type { SetUpView } from "./use-set-up-facts.ts";

const MICRO_DIGITS = 6;

function FlatTariff() {
  const t = useT();
  const site = useSite();
  const refresh = useRefresh();
  const [create, { isPending, error }] = useCreate<TariffRow>();
  const [name, setName] = useState("");
  const [price, setPrice] = useState("");
  const priceMicro = parseAmountMinor(price, MICRO_DIGITS);
  const isWrong = price !== "" && (priceMicro === null || priceMicro === 0);
  async function submit() {
    if (priceMicro === null || priceMicro === 0 || name.trim() === "") return;
    const data = { siteId: site.id, name: name.trim(), tariff: flatScheme(priceMicro, name.trim()) };
    const made = await create("tariffs", { data }, { returnPromise: true }).catch(() => undefined);
    if (made !== undefined) refresh();
  }
  return (
    <InlineForm
      submitLabel={t("firstRun.tariff.add")}
      isRunning={isPending}
      error={error}
      onSubmit={() => void submit()}
    >
      <TextField
        required
        label={t("firstRun.tariff.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 120 } }}
        sx={{ flex: 1, minWidth: 200 }}
      />
      <TextField
        required
        label={`${t("firstRun.tariff.price")} (${site.currency})`}
        value={price}
        error={isWrong}
        helperText={isWrong ? t("firstRun.tariff.badPrice") : undefined}
        onChange={(event) => setPrice(event.target.value)}
        slotProps={{ htmlInput: { inputMode: "decimal", style: { textAlign: "right" } } }}
        sx={{ width: 200 }}
      />
    </InlineForm>
  );
}

function GiveTariff({ tariffs, view }: { tariffs: readonly TariffRow[]; view: SetUpView }) {
  const t = useT();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [chosenId, setChosenId] = useState("");
  const [done, setDone] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const without = view.households.filter(({ tariffId }) => tariffId === null);
  const tariffId = chosenId === "" ? (tariffs[0]?.id ?? "") : chosenId;
  if (without.length === 0) return null;
  async function give() {
    setProblem(null);
    try {
      for (const [index, { id }] of without.entries()) {
        setDone(index);
        await dataProvider.update("households", { id, data: { tariffId }, previousData: { id } });
      }
    } catch (error) {
      setProblem(error);
    } finally {
      setDone(null);
      refresh();
    }
  }
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="body2">{t("firstRun.tariff.without", { smart_count: without.length })}</Typography>
      <Box sx={{ display: "flex", gap: 2, flexWrap: "wrap", alignItems: "center" }}>
        <ChoiceField
          label={t("firstRun.tariff.choose")}
          value={tariffId}
          choices={tariffs.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosenId}
          minWidth={240}
        />
        <Button variant="contained" loading={done !== null} onClick={() => void give()}>
          {t("firstRun.tariff.give", { smart_count: without.length })}
        </Button>
      </Box>
      {done !== null && (
        <LinearProgress
          variant="determinate"
          aria-label={t("firstRun.tariff.giving", { done, total: without.length })}
          value={(done * 100) / without.length}
        />
      )}
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
    </Box>
  );
}

/** One price to begin with, given to whoever has none. */
export function TariffStep({ view }: { view: SetUpView }) {
  const t = useT();
  const { id: siteId } = useSite();
  const { data: tariffs } = useGetList<TariffRow>("tariffs", {
    pagination: { page: 1, perPage: 200 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId },
  });
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      {tariffs?.length === 0 && <FlatTariff />}
      {tariffs !== undefined && tariffs.length > 0 && <GiveTariff tariffs={tariffs} view={view} />}
      <Box>
        <TextLink to="/tariffs">{t("firstRun.tariff.paint")}</TextLink>
      </Box>
    </Box>
  );
}
