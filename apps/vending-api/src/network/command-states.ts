import type { CommandResult, CommandState } from "@hallmeter/meter-model";

/**
 * From which states a result may move a command. The gateway is the witness: what it says of the end replaces what the server
 * only supposed when it heard nothing. A confirmed or failed command stays so.
 */
export const MOVES_TO = {
  sent: ["queued"],
  unknown: ["queued", "sent"],
  confirmed: ["queued", "sent", "unknown", "expired"],
  failed: ["queued", "sent", "unknown", "expired"],
  expired: ["queued", "sent", "unknown"],
} as const satisfies Record<CommandResult["state"], readonly CommandState[]>;
