import { TableContainer } from "@mui/material";
import type { ReactNode } from "react";

/** A wide table scrolls in its own frame, by keyboard too: what scrolls takes the focus (WCAG 2.1.1). */
export const ScrollTable = ({
  label,
  maxHeight,
  children,
}: {
  label: string;
  maxHeight?: number;
  children: ReactNode;
}) => (
  <TableContainer
    role="group"
    aria-label={label}
    tabIndex={0}
    sx={maxHeight === undefined ? {} : { maxHeight }}
  >
    {children}
  </TableContainer>
);
