import type { CommandAction, CommandState, HoldKind } from "@hallmeter/meter-model";
import { COMMAND_STATES } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** One request to a circuit, from the person to the result. */
export interface CommandRow {
  _id: string;
  siteId: string;
  gatewayId: string;
  circuitId: string;
  householdId: string | null;
  action: CommandAction;
  hold: HoldKind | null;
  keepPower: boolean | null;
  reason: string;
  by: { id: string; name: string; role: string };
  issuedAt: Date;
  expiresAt: Date;
  until: Date | null;
  /** S11: who sent it has found the load side dead. */
  isLoadSideDead?: boolean;
  state: CommandState;
  resultAt: Date | null;
  code: string | null;
  detail: string | null;
  /** The client's key and what it asked: the same again gets the same command. */
  idempotencyKey: string;
  requestHash: string;
  /** Written into the gateway's messages. */
  handedOver: boolean;
}

const commandSchema = new Schema<CommandRow>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    gatewayId: { type: String, required: true },
    circuitId: { type: String, required: true },
    householdId: { type: String, default: null },
    action: { type: String, required: true },
    hold: { type: String, default: null },
    keepPower: { type: Boolean, default: null },
    reason: { type: String, default: "" },
    by: { id: String, name: String, role: String, _id: false },
    issuedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    until: { type: Date, default: null },
    isLoadSideDead: { type: Boolean },
    state: { type: String, enum: COMMAND_STATES, required: true },
    resultAt: { type: Date, default: null },
    code: { type: String, default: null },
    detail: { type: String, default: null },
    idempotencyKey: { type: String, required: true },
    requestHash: { type: String, required: true },
    handedOver: { type: Boolean, required: true },
  },
  { collection: "commands", versionKey: false },
);
commandSchema.index({ siteId: 1, idempotencyKey: 1 }, { unique: true });
commandSchema.index({ circuitId: 1, issuedAt: -1 });
commandSchema.index({ state: 1, expiresAt: 1 });

export const commandModel = (connection: Connection) =>
  boundModel<CommandRow>(connection, "Command", commandSchema);
