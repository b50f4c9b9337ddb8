import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import { Button } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

/** Saves a file of the API, such as a CSV, under a name. */
export function SaveButton({ path, fileName, label }: { path: string; fileName: string; label?: string }) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isRunning, setIsRunning] = useState(false);

  async function save() {
    setIsRunning(true);
    try {
      const url = URL.createObjectURL(await dataProvider.file(path));
      const link = document.createElement("a");
      link.href = url;
      link.download = fileName;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      notify(problemText(error), { type: "error" });
    } finally {
      setIsRunning(false);
    }
  }

  return (
    <Button
      size="small"
      variant="outlined"
      color="inherit"
      startIcon={<DownloadIcon aria-hidden />}
      loading={isRunning}
      onClick={() => void save()}
    >
      {label ?? t("common.saveCsv")}
    </Button>
  );
}
