import AddIcon from "@mui/icons-material/PersonAddAltOutlined";
import { Box, Button, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList, useRefresh } from "react-admin";
import type { Household } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { Waiting } from "../shared/waiting.tsx";

interface Resident {
  id: string;
  name: string;
  phone?: string;
  /** Of one who may sign in. */
  userId?: string;
}

/** More live in no room. */
const MOST_SHOWN = 50;
const MAX_NAME_LENGTH = 100;

function ResidentDialog({
  householdId,
  resident,
  onClose,
}: {
  householdId: string;
  resident: Resident | null;
  onClose: () => void;
}) {
  const t = useT();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [name, setName] = useState(resident?.name ?? "");
  const [phone, setPhone] = useState(resident?.phone ?? "");
  const fields = { name: name.trim(), phone: phone.trim() === "" ? null : phone.trim() };
  return (
    <FormDialog
      title={t(resident === null ? "household.addResident" : "household.editResident")}
      submitLabel={t("household.keep")}
      canSubmit={fields.name !== ""}
      onSubmit={async () => {
        if (resident === null) await dataProvider.create("residents", { data: { householdId, ...fields } });
        else await dataProvider.change("PATCH", `/residents/${encodeURIComponent(resident.id)}`, fields);
        refresh();
      }}
      onClose={onClose}
    >
      <TextField
        autoFocus
        required
        label={t("household.residentName")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_NAME_LENGTH } }}
      />
      <TextField
        label={t("household.phone")}
        type="tel"
        value={phone}
        onChange={(event) => setPhone(event.target.value)}
      />
    </FormDialog>
  );
}

/** Who lives here, and their telephone numbers. */
export function ResidentsSection({ household }: { household: Household }) {
  const t = useT();
  const refresh = useRefresh();
  const mayEdit = useMay()("residents.edit") && household.status === "open";
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [edited, setEdited] = useState<Resident | "new" | null>(null);
  const [removed, setRemoved] = useState<Resident | null>(null);
  const { data, error } = useGetList<Resident>("residents", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "name", order: "ASC" },
    filter: { householdId: household.id },
  });
  return (
    <Section
      title={t("household.residents")}
      aside={
        mayEdit && (
          <Button size="small" startIcon={<AddIcon aria-hidden />} onClick={() => setEdited("new")}>
            {t("household.addResident")}
          </Button>
        )
      }
    >
      {error && <LoadFailed error={error} />}
      {data === undefined && !error && <Waiting rows={2} />}
      {data?.length === 0 && (
        <EmptyState dense title={t("household.noResidents")} help={t("household.noResidentsHelp")} />
      )}
      {data !== undefined && data.length > 0 && (
        <Box component="ul" sx={{ m: 0, p: 0, display: "grid", gap: 0.5 }}>
          {data.map((resident) => (
            <Box
              component="li"
              key={resident.id}
              sx={{ listStyle: "none", display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}
            >
              <Box sx={{ flex: 1, minWidth: 0 }}>
                <Typography variant="body2">{resident.name}</Typography>
                <Typography variant="caption" color="textSecondary">
                  {[
                    resident.phone,
                    t(resident.userId === undefined ? "household.noLogin" : "household.hasLogin"),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </Typography>
              </Box>
              {mayEdit && (
                <>
                  <Button
                    size="small"
                    color="inherit"
                    aria-label={t("household.editNamed", { name: resident.name })}
                    onClick={() => setEdited(resident)}
                  >
                    {t("household.edit")}
                  </Button>
                  <Button
                    size="small"
                    color="inherit"
                    aria-label={t("household.removeNamed", { name: resident.name })}
                    onClick={() => setRemoved(resident)}
                  >
                    {t("household.remove")}
                  </Button>
                </>
              )}
            </Box>
          ))}
        </Box>
      )}
      {edited !== null && (
        <ResidentDialog
          householdId={household.id}
          resident={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
      {removed !== null && (
        <ConfirmAct
          title={t("household.removeNamed", { name: removed.name })}
          confirmLabel={t("household.remove")}
          onConfirm={async () => {
            await dataProvider.change("DELETE", `/residents/${encodeURIComponent(removed.id)}`);
            refresh();
          }}
          onClose={() => setRemoved(null)}
        >
          <Typography variant="body2">{t("household.removeHelp")}</Typography>
        </ConfirmAct>
      )}
    </Section>
  );
}
