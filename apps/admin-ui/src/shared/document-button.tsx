import PdfIcon from "@mui/icons-material/PictureAsPdfOutlined";
import { Button } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useConsoleLocale } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

/** A new tab has loaded the document long before this. */
const RELEASE_URL_AFTER_MS = 60_000;

/** Opens a PDF of the API, in the console's language, in a tab of its own, where the browser prints it. */
export function DocumentButton({
  path,
  label,
  name,
  size = "small",
}: {
  /** With its query, if it has one; the language is added. */
  path: string;
  label: string;
  /** What it is about, for those who cannot see what it stands beside. */
  name?: string;
  size?: "small" | "medium";
}) {
  const notify = useNotify();
  const problemText = useProblemText();
  const language = useConsoleLocale();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isRunning, setIsRunning] = useState(false);

  async function open() {
    setIsRunning(true);
    try {
      const file = await dataProvider.file(`${path}${path.includes("?") ? "&" : "?"}language=${language}`);
      const url = URL.createObjectURL(file);
      const link = document.createElement("a");
      link.href = url;
      link.target = "_blank";
      link.rel = "noopener";
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), RELEASE_URL_AFTER_MS);
    } catch (error) {
      notify(problemText(error), { type: "error" });
    } finally {
      setIsRunning(false);
    }
  }

  return (
    <Button
      size={size}
      variant="outlined"
      startIcon={<PdfIcon aria-hidden />}
      onClick={() => void open()}
      loading={isRunning}
      {...(name !== undefined && { "aria-label": `${label}: ${name}` })}
      sx={{ whiteSpace: "nowrap" }}
    >
      {label}
    </Button>
  );
}
