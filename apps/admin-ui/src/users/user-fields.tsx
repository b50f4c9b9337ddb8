import {
  Box,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormGroup,
  FormHelperText,
  FormLabel,
  MenuItem,
  TextField,
  Typography,
} from "@mui/material";
import type { Role, User } from "../api/rows.ts";
import { LOCALE_NAMES, LOCALES } from "../i18n/translated.ts";
import { useT } from "../i18n/use-t.ts";
import { useSiteView } from "../layout/site-context.tsx";

/** In place of a list of site ids: every site, those of tomorrow included. */
export const EVERY_SITE = "*";
/** What a person who works here can be; residents get their logins with their household, gateways a token. */
export const STAFF_ROLES = [
  "administrator",
  "property-manager",
  "campus-admin",
  "maintenance",
  "integrator",
] as const satisfies readonly Role[];

export type UserFields = Pick<User, "name" | "roles" | "siteIds" | "locale">;

export const isComplete = ({ name, roles, siteIds }: UserFields): boolean =>
  name.trim() !== "" && roles.length > 0 && siteIds.length > 0;

const toggled = <Item,>(items: readonly Item[], item: Item, isIn: boolean): Item[] =>
  isIn ? [...items.filter((one) => one !== item), item] : items.filter((one) => one !== item);

/** Name, roles, sites and language, as new users and changes have them. */
export function UserFieldInputs({
  fields,
  onChange,
  isReachFixed = false,
  autoFocus = false,
}: {
  fields: UserFields;
  onChange: (next: UserFields) => void;
  /** Nobody changes their own roles and sites. */
  isReachFixed?: boolean;
  autoFocus?: boolean;
}) {
  const t = useT();
  const { sites } = useSiteView();
  const isEverywhere = fields.siteIds.includes(EVERY_SITE);
  const set = (part: Partial<UserFields>) => onChange({ ...fields, ...part });
  return (
    <>
      <TextField
        label={t("resources.users.fields.name")}
        value={fields.name}
        required
        autoFocus={autoFocus}
        onChange={(event) => set({ name: event.target.value })}
        slotProps={{ htmlInput: { maxLength: 120 } }}
      />
      <FormControl component="fieldset" disabled={isReachFixed}>
        <FormLabel component="legend">{t("resources.users.fields.roles")}</FormLabel>
        <FormGroup>
          {STAFF_ROLES.map((role) => (
            <FormControlLabel
              key={role}
              control={
                <Checkbox
                  size="small"
                  checked={fields.roles.includes(role)}
                  onChange={(event) => set({ roles: toggled(fields.roles, role, event.target.checked) })}
                />
              }
              label={
                <span>
                  {t(`role.${role}`)}
                  <Typography component="span" variant="body2" color="textSecondary">
                    {" "}
                    · {t(`users.roleHelp.${role}`)}
                  </Typography>
                </span>
              }
            />
          ))}
        </FormGroup>
      </FormControl>
      <FormControl component="fieldset" disabled={isReachFixed}>
        <FormLabel component="legend">{t("resources.users.fields.siteIds")}</FormLabel>
        <FormGroup>
          {sites.map((site) => (
            <FormControlLabel
              key={site.id}
              control={
                <Checkbox
                  size="small"
                  checked={isEverywhere || fields.siteIds.includes(site.id)}
                  disabled={isEverywhere || isReachFixed}
                  onChange={(event) =>
                    set({ siteIds: toggled(fields.siteIds, site.id, event.target.checked) })
                  }
                />
              }
              label={site.name}
            />
          ))}
          <FormControlLabel
            control={
              <Checkbox
                size="small"
                checked={isEverywhere}
                onChange={(event) => set({ siteIds: event.target.checked ? [EVERY_SITE] : [] })}
              />
            }
            label={t("users.allSites")}
          />
        </FormGroup>
        <FormHelperText>{t("users.allSitesHelp")}</FormHelperText>
      </FormControl>
      <Box>
        <TextField
          select
          label={t("resources.users.fields.locale")}
          value={fields.locale}
          onChange={(event) => set({ locale: event.target.value })}
          sx={{ minWidth: 160 }}
        >
          {LOCALES.map((locale) => (
            <MenuItem key={locale} value={locale}>
              {LOCALE_NAMES[locale]}
            </MenuItem>
          ))}
        </TextField>
      </Box>
    </>
  );
}
