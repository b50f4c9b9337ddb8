import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import { Button } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFile } from "./use-file.ts";

/** Saves a file of the API, such as a CSV, under a name. */
export function SaveButton({ path, fileName, label }: { path: string; fileName: string; label?: string }) {
  const t = useT();
  const { isRunning, save } = useFile();
  return (
    <Button
      size="small"
      variant="outlined"
      startIcon={<DownloadIcon aria-hidden />}
      loading={isRunning}
      onClick={() => save(path, fileName)}
    >
      {label ?? t("common.saveCsv")}
    </Button>
  );
}
