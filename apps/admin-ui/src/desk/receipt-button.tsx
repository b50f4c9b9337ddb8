import PdfIcon from "@mui/icons-material/ReceiptLongOutlined";
import { Button } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify } from "react-admin";
import type { Purchase } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "../shared/use-problem-text.ts";

/** A new tab has loaded the document long before this. */
const RELEASE_URL_AFTER_MS = 60_000;

/** The day of a receipt stands beside it in every list; what follows is enough to find it. */
const shortNumber = (receiptNumber: string): string => receiptNumber.split("-").at(-1) ?? receiptNumber;

/** Opens the receipt as PDF in a tab of its own, where the browser prints it. */
export function ReceiptButton({ purchase, compact = false }: { purchase: Purchase; compact?: boolean }) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isRunning, setIsRunning] = useState(false);

  async function open() {
    setIsRunning(true);
    try {
      const url = URL.createObjectURL(await dataProvider.receipt(purchase.id));
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

  return compact ? (
    <Button
      size="small"
      onClick={() => void open()}
      loading={isRunning}
      aria-label={t("desk.receiptNumber", { number: purchase.receiptNumber })}
      sx={{ whiteSpace: "nowrap", ml: -0.75, px: 0.75 }}
    >
      {shortNumber(purchase.receiptNumber)}
    </Button>
  ) : (
    <Button
      variant="outlined"
      startIcon={<PdfIcon aria-hidden />}
      onClick={() => void open()}
      loading={isRunning}
    >
      {t("desk.print")}
    </Button>
  );
}
