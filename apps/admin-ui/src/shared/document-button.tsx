import PdfIcon from "@mui/icons-material/PictureAsPdfOutlined";
import { Button } from "@mui/material";
import { useFile } from "./use-file.ts";

/** Opens a PDF of the API. */
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
  const { isRunning, open } = useFile();
  return (
    <Button
      size={size}
      variant="outlined"
      startIcon={<PdfIcon aria-hidden />}
      onClick={() => open(path)}
      loading={isRunning}
      {...(name !== undefined && { "aria-label": `${label}: ${name}` })}
      sx={{ whiteSpace: "nowrap" }}
    >
      {label}
    </Button>
  );
}
