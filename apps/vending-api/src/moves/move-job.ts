import { z } from "zod";
import { defineJob } from "../jobs/define-job.ts";
import { runMove } from "./run-move.ts";

export const MOVE_ROLES = ["administrator", "property-manager", "campus-admin"] as const;

export const moveJob = defineJob({
  kind: "room-move",
  roles: MOVE_ROLES,
  params: z.strictObject({ moveId: z.string() }),
  items: async ({ params }) => [params.moveId],
  runItem: (moveId, { deps, now }) => runMove(deps, moveId, now),
});
