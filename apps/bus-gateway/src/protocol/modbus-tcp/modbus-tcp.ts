import { ModbusRtu } from "../modbus/modbus-rtu.ts";
import { modbusCosts } from "../modbus/wire-time.ts";
import type { Wire } from "../protocol.ts";
import { MbapConnection, type MbapConnectionOptions } from "./mbap-connection.ts";

/** Modbus TCP: one connection to a meter or to a gateway with a line of its own behind it. DL/T 645 cannot be asked over it. */
export function modbusTcp(options: MbapConnectionOptions): Wire {
  const connection = new MbapConnection(options);
  const modbus = new ModbusRtu(connection);
  return {
    read: (unitId, block, timing) => modbus.read(unitId, block, timing),
    write: (unitId, write, timing) => modbus.write(unitId, write, timing),
    ...modbusCosts(options.line),
    get foreignBytes() {
      return connection.foreignBytes;
    },
    localEcho: null,
    close: () => connection.close(),
  };
}
