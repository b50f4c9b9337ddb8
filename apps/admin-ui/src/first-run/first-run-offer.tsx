import { Button } from "@mui/material";
import { Link } from "react-router-dom";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";

export const FIRST_RUN_PATH = "/first-run";

/** The way in from an empty page, for whoever may set the system up. */
export function FirstRunOffer() {
  const t = useT();
  const may = useMay();
  if (!may("first-run.list")) return null;
  return (
    <Button component={Link} to={FIRST_RUN_PATH} variant="contained">
      {t("firstRun.offer")}
    </Button>
  );
}
