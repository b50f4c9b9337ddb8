import { createHash, randomBytes } from "node:crypto";
import type { Connection } from "mongoose";
import type { GatewayCaller } from "../http/access.ts";
import { GATEWAY_TOKEN_PREFIX } from "../http/authentication.ts";
import { type Gateway, gatewayModel } from "./gateway.model.ts";

/** 32 random bytes: nothing to guess, so a fast hash is enough to keep it from readers of the store. */
const TOKEN_BYTES = 32;

export function createGatewayToken(): { token: string; tokenHash: string } {
  const token = `${GATEWAY_TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  return { token, tokenHash: hashOf(token) };
}

export async function authenticateGateway(
  connection: Connection,
  token: string,
): Promise<GatewayCaller | undefined> {
  const gateway = await gatewayModel(connection)
    .findOne({ tokenHash: hashOf(token) })
    .lean<Gateway | null>();
  if (!gateway) return undefined;
  const { _id: id, name, siteId } = gateway;
  return { kind: "gateway", id, name, roles: ["gateway"], siteIds: [siteId] };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
