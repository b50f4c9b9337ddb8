import { keepPreviousData } from "@tanstack/react-query";
import { useGetList, useGetMany } from "react-admin";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import type { Job } from "../shared/job-progress/job-rows.ts";
import { byUrgency, type RefundStage, stageOf } from "./refund-stage.ts";
import type { Refund, RefundState } from "./rows.ts";
import { useUserId } from "./use-user-id.ts";

export interface StagedRefund {
  refund: Refund;
  stage: RefundStage;
  job: Job | undefined;
}

/** A page of refunds with where each stands for who is signed in, the most urgent first. */
export function useStagedRefunds(states: readonly RefundState[], page: number, perPage: number) {
  const site = useSite();
  const userId = useUserId();
  const refetchInterval = useFallbackInterval();
  const refunds = useGetList<Refund>(
    "refunds",
    {
      pagination: { page, perPage },
      sort: { field: "proposedAt", order: "DESC" },
      filter: { siteId: site.id, ...(states.length > 0 && { state: states }) },
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  const jobIds = (refunds.data ?? []).flatMap(({ jobId }) => jobId ?? []);
  const jobs = useGetMany<Job>("jobs", { ids: jobIds }, { enabled: jobIds.length > 0, refetchInterval });
  const jobById = new Map((jobs.data ?? []).flatMap((job) => (job ? [[job.id, job] as const] : [])));
  const rows = refunds.data?.map((refund): StagedRefund => {
    const job = jobById.get(refund.jobId ?? "");
    return { refund, job, stage: stageOf(refund, job?.state, userId) };
  });
  return { ...refunds, rows: rows && byUrgency(rows) };
}
