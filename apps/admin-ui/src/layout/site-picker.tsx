import { MenuItem, TextField } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSiteView } from "./site-context.tsx";

/** Only for people of more than one site. */
export function SitePicker() {
  const t = useT();
  const { site, sites, choose } = useSiteView();
  if (sites.length < 2) return null;
  return (
    <TextField
      select
      label={t("app.site")}
      value={site.id}
      onChange={(event) => choose(event.target.value)}
      sx={{ minWidth: 160 }}
    >
      {sites.map(({ id, name }) => (
        <MenuItem key={id} value={id}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}
