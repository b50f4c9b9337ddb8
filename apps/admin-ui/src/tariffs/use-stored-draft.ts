import { useStore } from "react-admin";
import type { TariffDraft } from "./tariff-draft.ts";

/** A draft as it stays on this computer until it is put in force or discarded. */
export interface StoredDraft {
  draft: TariffDraft;
  name: string;
  /** Of the tariff when the draft was begun; 0 for a new one. */
  revision: number;
}

export const useStoredDraft = (tariffId: string) =>
  useStore<StoredDraft | null>(`hallmeter.tariffs.draft.${tariffId}`, null);
