import { SEVERITIES, type Severity } from "@hallmeter/meter-model";
import {
  Alert,
  Box,
  Button,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormGroup,
  FormLabel,
  MenuItem,
  Switch,
  TextField,
} from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { Section } from "../shared/section.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import { DeliveryList } from "./delivery-list.tsx";
import { DELIVERY_STATES, type Delivery, type DeliveryState, type NotificationSettings } from "./rows.ts";

const SETTINGS_PATH = "/me/notification-settings";
/** From ten in the evening to seven, as the API has it for whoever has chosen nothing. */
const USUAL_NIGHT = { from: "22:00", to: "07:00" } as const;
const PER_PAGE = 20;

const toggled = <Item,>(items: readonly Item[], item: Item, isIn: boolean): Item[] =>
  isIn ? [...items.filter((one) => one !== item), item] : items.filter((one) => one !== item);

function SettingsForm({ settings }: { settings: NotificationSettings }) {
  const t = useT();
  const notify = useNotify();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [draft, setDraft] = useState(settings);
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const set = (part: Partial<NotificationSettings>) => setDraft((before) => ({ ...before, ...part }));

  async function save() {
    setRunning(true);
    setProblem(null);
    const { email, channels, kinds, quietHours, alarmSeverity } = draft;
    const body = {
      ...{ channels, kinds, quietHours, alarmSeverity },
      email: email === null || email.trim() === "" ? null : email.trim(),
    };
    try {
      await dataProvider.change("PATCH", SETTINGS_PATH, body);
      notify(t("integration.settings.saved"), { type: "success" });
      refresh();
    } catch (error) {
      setProblem(error);
    } finally {
      setRunning(false);
    }
  }

  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      sx={{ display: "grid", gap: 2, maxWidth: 560 }}
    >
      <FormControl component="fieldset">
        <FormLabel component="legend">{t("integration.settings.channels")}</FormLabel>
        <FormGroup row>
          {(["inbox", "email"] as const).map((channel) => (
            <FormControlLabel
              key={channel}
              control={
                <Checkbox
                  size="small"
                  checked={draft.channels.includes(channel)}
                  onChange={(event) =>
                    set({ channels: toggled(draft.channels, channel, event.target.checked) })
                  }
                />
              }
              label={t(`integration.delivery.channel.${channel}`)}
            />
          ))}
        </FormGroup>
      </FormControl>
      {draft.channels.includes("email") && (
        <TextField
          type="email"
          label={t("integration.settings.email")}
          value={draft.email ?? ""}
          helperText={t("integration.settings.emailHelp")}
          onChange={(event) => set({ email: event.target.value })}
          slotProps={{ htmlInput: { maxLength: 254, autoComplete: "email" } }}
        />
      )}
      {draft.offeredKinds.length > 0 && (
        <FormControl component="fieldset">
          <FormLabel component="legend">{t("integration.settings.kinds")}</FormLabel>
          <FormGroup>
            {draft.offeredKinds.map((kind) => (
              <FormControlLabel
                key={kind}
                control={
                  <Checkbox
                    size="small"
                    checked={draft.kinds.includes(kind)}
                    onChange={(event) => set({ kinds: toggled(draft.kinds, kind, event.target.checked) })}
                  />
                }
                label={t(`integration.notice.${kind}`)}
              />
            ))}
          </FormGroup>
        </FormControl>
      )}
      {draft.kinds.includes("alarm") && (
        <TextField
          select
          label={t("integration.settings.severity")}
          value={draft.alarmSeverity}
          onChange={(event) => set({ alarmSeverity: event.target.value as Severity })}
          sx={{ maxWidth: 220 }}
        >
          {SEVERITIES.toReversed().map((severity) => (
            <MenuItem key={severity} value={severity}>
              {t(`alarms.severity.${severity}`)}
            </MenuItem>
          ))}
        </TextField>
      )}
      <Box>
        <FormControlLabel
          control={
            <Switch
              checked={draft.quietHours !== null}
              onChange={(event) => set({ quietHours: event.target.checked ? USUAL_NIGHT : null })}
            />
          }
          label={`${t("integration.settings.quiet")} · ${t("integration.settings.quietHelp")}`}
        />
        {draft.quietHours !== null && (
          <Box sx={{ display: "flex", gap: 1, mt: 1 }}>
            {(["from", "to"] as const).map((end) => (
              <TextField
                key={end}
                type="time"
                label={t(end === "from" ? "integration.settings.quietFrom" : "integration.settings.quietTo")}
                value={draft.quietHours?.[end] ?? ""}
                onChange={(event) =>
                  set({ quietHours: { ...USUAL_NIGHT, ...draft.quietHours, [end]: event.target.value } })
                }
                slotProps={{ inputLabel: { shrink: true } }}
              />
            ))}
          </Box>
        )}
      </Box>
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      <div>
        <Button type="submit" variant="contained" loading={isRunning}>
          {t("common.save")}
        </Button>
      </div>
    </Box>
  );
}

function SettingsSection() {
  const t = useT();
  const { data, error, refetch } = useRead<NotificationSettings>("notification-settings", SETTINGS_PATH);
  return (
    <Section title={t("integration.settings.title")}>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={5} />}
      {data !== undefined && <SettingsForm settings={data} />}
    </Section>
  );
}

type Filter = "any" | DeliveryState;
const FILTERS: readonly Filter[] = ["any", ...DELIVERY_STATES];

function LogSection() {
  const t = useT();
  const site = useSite();
  const refetchInterval = useFallbackInterval();
  const [filter, setFilter] = useState<Filter>("any");
  const [page, setPage] = useState(1);
  const { data, total, error, refetch } = useGetList<Delivery>(
    "notifications",
    {
      pagination: { page, perPage: PER_PAGE },
      sort: { field: "at", order: "DESC" },
      filter: { siteId: site.id, ...(filter !== "any" && { state: filter }) },
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  return (
    <Section title={t("integration.delivery.title")} flush>
      <Box sx={{ px: 2, pb: 1.5 }}>
        <ToggleChips
          label={t("integration.delivery.stateFilter")}
          options={FILTERS.map((value) => ({
            value,
            label: value === "any" ? t("integration.delivery.any") : t(`integration.delivery.state.${value}`),
            ...(value === filter && total !== undefined && { count: total }),
          }))}
          value={filter}
          onChange={(value) => {
            setFilter(value);
            setPage(1);
          }}
        />
      </Box>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={5} />}
      {data?.length === 0 && (
        <EmptyState title={t("integration.delivery.empty")} help={t("integration.delivery.emptyHelp")} />
      )}
      {data !== undefined && data.length > 0 && (
        <DeliveryList deliveries={data} label={t("integration.delivery.title")} />
      )}
      <Pages
        page={page}
        perPage={PER_PAGE}
        total={total ?? 0}
        onPage={setPage}
        label={t("integration.delivery.title")}
      />
    </Section>
  );
}

/** What this person hears of, and everything that was sent to anybody. */
export function MessagesSection() {
  return (
    <Box
      sx={{
        ...{ display: "grid", gap: 2, alignItems: "start" },
        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(320px, 480px) minmax(0, 1fr)" },
      }}
    >
      <SettingsSection />
      <LogSection />
    </Box>
  );
}
