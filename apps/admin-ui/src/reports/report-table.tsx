import { Table, TableBody, TableCell, TableHead, TableRow } from "@mui/material";
import type { ReactNode } from "react";
import { ScrollTable } from "../shared/scroll-table.tsx";

export interface Column<Row> {
  key: string;
  title: string;
  isFigure?: boolean;
  show: (row: Row) => ReactNode;
}

/** The numbers behind a picture. */
export function ReportTable<Row>({
  label,
  columns,
  rows,
  keyOf,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}) {
  return (
    <ScrollTable label={label} maxHeight={520}>
      <Table size="small" stickyHeader>
        <TableHead>
          <TableRow>
            {columns.map(({ key, title, isFigure }) => (
              <TableCell key={key} align={isFigure ? "right" : "left"}>
                {title}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={keyOf(row)} hover>
              {columns.map(({ key, isFigure, show }) => (
                <TableCell key={key} align={isFigure ? "right" : "left"} sx={{ whiteSpace: "nowrap" }}>
                  {show(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollTable>
  );
}
