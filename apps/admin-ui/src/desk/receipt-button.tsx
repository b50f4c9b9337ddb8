import ReceiptIcon from "@mui/icons-material/ReceiptLongOutlined";
import { Button } from "@mui/material";
import type { Purchase } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFile } from "../shared/use-file.ts";

/** The day of a receipt stands beside it in every list; what follows is enough to find it. */
const shortNumber = (receiptNumber: string): string => receiptNumber.split("-").at(-1) ?? receiptNumber;

/** Opens the receipt as PDF. */
export function ReceiptButton({ purchase, compact = false }: { purchase: Purchase; compact?: boolean }) {
  const t = useT();
  const { isRunning, open } = useFile();
  const openReceipt = () => open(`/purchases/${encodeURIComponent(purchase.id)}/receipt.pdf`);
  return compact ? (
    <Button
      size="small"
      onClick={openReceipt}
      loading={isRunning}
      aria-label={t("desk.receiptNumber", { number: purchase.receiptNumber })}
      sx={{ whiteSpace: "nowrap", ml: -0.75, px: 0.75 }}
    >
      {shortNumber(purchase.receiptNumber)}
    </Button>
  ) : (
    <Button
      variant="outlined"
      startIcon={<ReceiptIcon aria-hidden />}
      onClick={openReceipt}
      loading={isRunning}
    >
      {t("desk.print")}
    </Button>
  );
}
