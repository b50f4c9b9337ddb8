export { type GatewayFile, readGatewayFile } from "./config-file.ts";
export { GATEWAY_ERRORS, GatewayError, type GatewayErrorCode, isGatewayError } from "./errors.ts";
export { type RunningGateway, startGateway } from "./main.ts";
