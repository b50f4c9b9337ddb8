import { useGetList } from "react-admin";
import type { Building } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { carrySentence, giftSentence } from "./policy-sentence.ts";
import type { GrantPolicyFields } from "./rows.ts";

/** More buildings than any site has. */
const MOST_BUILDINGS = 1000;

export function useBuildings() {
  const { id: siteId } = useSite();
  return useGetList<Building>("buildings", {
    pagination: { page: 1, perPage: MOST_BUILDINGS },
    sort: { field: "name", order: "ASC" },
    filter: { siteId },
  });
}

/** A policy as two sentences: who gets what and when; what becomes of the rest. */
export function usePolicyWords(): (policy: GrantPolicyFields) => { gift: string; rest: string } {
  const t = useT();
  const format = useFormat();
  const { data: buildings } = useBuildings();
  const nameOf = (id: string) => buildings?.find((building) => building.id === id)?.name ?? "…";
  return (policy) => ({
    gift: giftSentence(policy, t, format, nameOf),
    rest: carrySentence(policy, t, format),
  });
}
