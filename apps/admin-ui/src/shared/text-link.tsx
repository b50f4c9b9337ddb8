import { Link } from "@mui/material";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router-dom";

export const TextLink = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link component={RouterLink} to={to} sx={{ fontWeight: 550 }}>
    {children}
  </Link>
);

export const householdPath = (id: string): string => `/households/${encodeURIComponent(id)}/show`;
export const movePath = (householdId: string): string =>
  `/households/${encodeURIComponent(householdId)}/move`;
export const circuitPath = (id: string): string => `/circuits/${encodeURIComponent(id)}/show`;
export const deskPath = (householdId: string): string => `/desk?household=${encodeURIComponent(householdId)}`;
export const CARDS_PATH = "/cards";
export const cardPath = (id: string): string => `${CARDS_PATH}/${encodeURIComponent(id)}`;
export const jobPath = (id: string): string => `/jobs/${encodeURIComponent(id)}`;
export const refundPath = (id: string): string => `/refunds/${encodeURIComponent(id)}`;
export const policyPath = (id: string): string => `/grants/${encodeURIComponent(id)}`;
export const newRefundPath = (householdId: string): string =>
  `/refunds/new?household=${encodeURIComponent(householdId)}`;
