import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { succeeds } from "./peer-process.ts";

const run = promisify(execFile);

export const hasTshark = succeeds("tshark", ["--version"]) && succeeds("text2pcap", ["--version"]);

/** The port by which tshark tells requests, which go to it, from answers. */
const SLAVE_PORT = 502;
const MASTER_PORT = 40_000;
/** text2pcap gives the first of two ports to what is inbound; it looks for a direction in front of a time only. */
const ANY_TIME = "2026-01-01T00:00:00Z";

export interface TracedFrame {
  direction: "sent" | "received" | "dropped";
  bytes: Uint8Array;
}

/** What Wireshark makes of one frame. */
export interface Dissected {
  kind: "query" | "response" | "not Modbus RTU";
  unitId: number;
  functionCode: number;
  exceptionCode: number | null;
  hasGoodCrc: boolean;
  registers: number[];
}

/** Hands a trace to tshark's RTU dissector, in a capture that text2pcap makes of its bytes. */
export async function dissect(frames: readonly TracedFrame[], folder: string): Promise<Dissected[]> {
  const text = join(folder, "trace.txt");
  const capture = join(folder, "trace.pcap");
  await writeFile(text, frames.map(hexDump).join(""));
  await run("text2pcap", ["-q", "-D", "-t", "ISO", "-T", `${SLAVE_PORT},${MASTER_PORT}`, text, capture]);
  const fields = [
    "tcp.dstport",
    "mbrtu.unit_id",
    "modbus.func_code",
    "modbus.exception_code",
    "mbrtu.crc16.status",
    "modbus.regval_uint16",
  ];
  const options = ["-o", `mbrtu.tcp.port:${SLAVE_PORT}`, "-o", "mbrtu.crc_verification:TRUE"];
  const asFields = ["-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  const { stdout } = await run("tshark", ["-r", capture, ...options, ...asFields]);
  return stdout.trimEnd().split("\n").map(dissected);
}

/** One packet of text2pcap: its direction, and one line of bytes behind their offset. */
function hexDump({ direction, bytes }: TracedFrame): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${direction === "sent" ? "O" : "I"} ${ANY_TIME}\n000000 ${hex}\n`;
}

/** `mbrtu.crc16.status`: 1 good, 0 bad (Wireshark's proto_checksum_vals). */
function dissected(line: string): Dissected {
  const [port, unitId = "", functionCode, exceptionCode = "", status, registers = ""] = line.split("\t");
  const role = Number(port) === SLAVE_PORT ? "query" : "response";
  return {
    kind: unitId === "" ? "not Modbus RTU" : role,
    unitId: Number(unitId),
    functionCode: Number(functionCode),
    exceptionCode: exceptionCode === "" ? null : Number(exceptionCode),
    hasGoodCrc: status === "1",
    registers: registers === "" ? [] : registers.split(",").map(Number),
  };
}
