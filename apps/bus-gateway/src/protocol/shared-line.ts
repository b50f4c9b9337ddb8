import { isModbusBlock, isModbusWrite, type LineConfig } from "@hallmeter/meter-model";
import type { Clock } from "../clock.ts";
import type { BytePipe } from "../pipe/byte-pipe.ts";
import { Dlt645Client } from "./dlt645/dlt645-client.ts";
import { LineDiscipline } from "./line/line-discipline.ts";
import { lineCosts } from "./line-costs.ts";
import { ModbusRtu } from "./modbus/modbus-rtu.ts";
import type { Wire, WireFrame, WireProtocol } from "./protocol.ts";

interface SharedLineOptions {
  pipe: BytePipe;
  line: LineConfig;
  clock: Clock;
  onFrame: (frame: WireFrame) => void;
}

/** Units of several protocols may hang on one RS485 line: what is asked says which of them speaks. */
export function sharedLine({ pipe, line, clock, onFrame }: SharedLineOptions): Wire {
  const discipline = new LineDiscipline({ pipe, line, clock, onFrame });
  const modbus = new ModbusRtu(discipline);
  const dlt645 = new Dlt645Client(discipline);
  return {
    read: (unitId, block, timing) => protocolOf(isModbusBlock(block)).read(unitId, block, timing),
    write: (unitId, write, timing) => protocolOf(isModbusWrite(write)).write(unitId, write, timing),
    ...lineCosts(line),
    get foreignBytes() {
      return discipline.foreignBytes;
    },
    get localEcho() {
      return discipline.localEcho;
    },
    close: () => discipline.close(),
  };

  function protocolOf(isModbus: boolean): WireProtocol {
    return isModbus ? modbus : dlt645;
  }
}
