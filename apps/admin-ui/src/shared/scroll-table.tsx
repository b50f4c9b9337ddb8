import { TableContainer } from "@mui/material";
import type { ReactNode } from "react";

/** A wide table scrolls in its own frame, by keyboard too (WCAG 2.1.1: a scrollable region takes the focus). */
export const ScrollTable = ({ label, maxHeight, children }: { label: string; maxHeight?: number; children: ReactNode }) => (
  <TableContainer role="region" aria-label={label} tabIndex={0} sx={maxHeight === undefined ? {} : { maxHeight }}>
    {children}
  </TableContainer>
);
