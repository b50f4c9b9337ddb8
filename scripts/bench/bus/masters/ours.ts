/** The gateway's bus under a poll plan that never lets it rest. Arguments: see master-task.ts. */
import { once } from "node:events";
import { openMeasuredBus, pollOf } from "../measured-line.ts";
import { masterTask } from "./master-task.ts";

const { path, baud, units, registers, measure } = masterTask();
const bus = openMeasuredBus(path, baud);
bus.setPollPlan(
  Array.from({ length: units }, (_, index) =>
    pollOf(`${index + 1}`, index + 1, { address: 0, count: registers }, 10),
  ),
);
await measure(async (isOver, note) => {
  const over = new EventTarget();
  bus.on("reply", ({ unitId, replies: [reply] }) => {
    note(Number(unitId), reply?.words ?? []);
    if (isOver()) over.dispatchEvent(new Event("over"));
  });
  await once(over, "over");
});
await bus.close();
