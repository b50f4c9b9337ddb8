import { Alert, Button } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

/** Instead of what could not be loaded at all; a re-reading that failed leaves what stands, so that nobody loses what they typed. */
export function LoadFailed({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useT();
  const problemText = useProblemText();
  return (
    <Alert
      severity="warning"
      action={
        retry && (
          <Button color="inherit" size="small" onClick={retry}>
            {t("common.retry")}
          </Button>
        )
      }
    >
      {t("app.loadFailed")} {problemText(error)}
    </Alert>
  );
}
