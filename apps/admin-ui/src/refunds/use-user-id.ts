import { useGetIdentity } from "react-admin";

/** Of who is signed in; empty for a moment after the page opens. */
export const useUserId = (): string => String(useGetIdentity().identity?.id ?? "");
