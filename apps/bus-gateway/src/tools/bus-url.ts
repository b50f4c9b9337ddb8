import { type LineConfig, lineSchema, type PipeConfig, pipeSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { UNKNOWN_LINE_BAUD } from "../pipe/tcp-client.ts";

export interface BusAddress {
  pipe: PipeConfig;
  line: LineConfig;
}

/** A serial server may speak to its line at any speed; where the address does not say, none is assumed. */
const TCP_LINE: LineConfig = { baud: UNKNOWN_LINE_BAUD, parity: "none", stopBits: 1 };
/** The factory setting of most meters. */
const SERIAL_LINE: LineConfig = { baud: 9600, parity: "none", stopBits: 1 };

/** Modbus Messaging on TCP/IP V1.0b, 4.2.1. */
const MODBUS_TCP_PORT = "502";

const EXAMPLES =
  "tcp://192.168.1.10:4001 for RTU through a serial server, modbus-tcp://192.168.1.10, " +
  "or rtu:/dev/ttyUSB0?baud=9600&parity=even&stop=1";

const queryNumber = z.string().regex(/^\d+$/, "is not a whole number").transform(Number);

const lineQuerySchema = z.strictObject({
  baud: queryNumber.pipe(lineSchema.shape.baud).optional(),
  parity: lineSchema.shape.parity.optional(),
  stop: queryNumber.pipe(lineSchema.shape.stopBits).optional(),
});

/**
 * `tcp://host:port` (RTU frames through a serial server), `modbus-tcp://host[:port]` or `rtu:/path/of/port`, each with
 * `?baud=&parity=&stop=`.
 * @throws GatewayError "bus-url-invalid", with what is wrong
 */
export function parseBusUrl(text: string): BusAddress {
  const { protocol, hostname, port, pathname, searchParams } = parseUrl(text);
  switch (protocol) {
    case "tcp:":
      return {
        pipe: checked(pipeSchema, { kind: "rtu-tcp", host: hostname, port: Number(port) }, text),
        line: parseLine(searchParams, TCP_LINE, text),
      };
    case "modbus-tcp:":
      return {
        pipe: checked(
          pipeSchema,
          { kind: "modbus-tcp", host: hostname, port: Number(port || MODBUS_TCP_PORT) },
          text,
        ),
        line: parseLine(searchParams, TCP_LINE, text),
      };
    case "rtu:":
      return {
        pipe: checked(pipeSchema, { kind: "serial", path: decodeURIComponent(pathname) }, text),
        line: parseLine(searchParams, SERIAL_LINE, text),
      };
    case "dial-in:":
      throw invalid(text, "a unit that dials in comes to a running gateway and to nothing else");
    default:
      throw invalid(text, `"${protocol}" is neither tcp:, modbus-tcp: nor rtu:`);
  }
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw invalid(text, "not an address");
  return new URL(text);
}

function parseLine(query: URLSearchParams, preset: LineConfig, text: string): LineConfig {
  const { baud, parity, stop } = checked(lineQuerySchema, Object.fromEntries(query), text);
  return {
    baud: baud ?? preset.baud,
    parity: parity ?? preset.parity,
    stopBits: stop ?? preset.stopBits,
  };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, text: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(text, [issue?.path.join("."), issue?.message].filter(Boolean).join(": "));
}

function invalid(text: string, why: string): GatewayError {
  return new GatewayError("bus-url-invalid", `"${text}": ${why}; write ${EXAMPLES}`);
}
