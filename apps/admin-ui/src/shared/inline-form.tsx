import { Alert, Box, Button } from "@mui/material";
import type { ReactNode } from "react";
import { useProblemText } from "./use-problem-text.ts";

/** A few fields and their button in one line; what went wrong stands below. */
export function InlineForm({
  submitLabel,
  isRunning,
  error,
  onSubmit,
  children,
}: {
  submitLabel: string;
  isRunning: boolean;
  error: unknown;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const problemText = useProblemText();
  return (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      sx={{ display: "flex", gap: 2, flexWrap: "wrap", alignItems: "start" }}
    >
      {children}
      <Button type="submit" variant="contained" loading={isRunning} sx={{ mt: 0.25 }}>
        {submitLabel}
      </Button>
      {error != null && (
        <Alert severity="error" sx={{ width: "100%" }}>
          {problemText(error)}
        </Alert>
      )}
    </Box>
  );
}
