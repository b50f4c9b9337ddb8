/** modbus-serial as it comes: one read after the other, as fast as it will go. Arguments: see ../compare-masters.ts. */
import ModbusRTU from "modbus-serial";
import { masterTask } from "./master-task.ts";

const { path, baud, units, registers, measure } = masterTask();
const client = new ModbusRTU();
// Without a time-out of our own the library would wait for ever for an answer that is lost.
client.setTimeout(1000);
// A pseudo-terminal cannot be locked; the library's types leave the option out.
const port = { baudRate: baud, parity: "even", stopBits: 1, lock: false } as const;
await client.connectRTUBuffered(path, port);
await measure(async (isOver, note) => {
  for (let turn = 0; !isOver(); turn++) {
    const unitId = 1 + (turn % units);
    client.setID(unitId);
    const { data } = await client.readHoldingRegisters(0, registers);
    note(unitId, data);
  }
});
client.close(() => process.exit(0));
