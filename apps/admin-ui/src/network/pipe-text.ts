import type { LineConfig, PipeConfig } from "@hallmeter/meter-model";

const PARITY_LETTERS = { none: "N", odd: "O", even: "E" } as const;

/** As it is written on serial servers: "9600 8N1". */
export const lineText = ({ baud, parity, stopBits }: LineConfig): string =>
  `${baud} 8${PARITY_LETTERS[parity]}${stopBits}`;

/** Where the bytes of a bus come from. */
export function pipeText(pipe: PipeConfig): string {
  switch (pipe.kind) {
    case "serial":
      return pipe.path;
    case "rtu-tcp":
      return `${pipe.host}:${pipe.port}`;
    case "modbus-tcp":
      return `Modbus TCP ${pipe.host}:${pipe.port}`;
    case "dial-in":
      return pipe.registration;
  }
}
