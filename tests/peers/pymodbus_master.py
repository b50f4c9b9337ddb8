"""A Modbus master that is not ours: pymodbus.

    pymodbus_master.py serial PATH BAUD UNIT       RTU frames
    pymodbus_master.py tcp PORT BAUD UNIT          RTU frames
    pymodbus_master.py modbus-tcp PORT BAUD UNIT

Reads a single-phase circuit of an ADF400L, opens its relay, looks, closes it, and asks for what is not there. Prints one line of
JSON, the same as libmodbus_master.py.
"""

import json
import logging
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

MEASURED, STATUS, CONTROL, NOWHERE = 0x0300, 0x0311, 0x0801, 0x2000

kind, where, baud, unit = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
logging.disable(logging.CRITICAL)
if kind == "serial":
    client = ModbusSerialClient(port=where, baudrate=baud, parity="N", stopbits=1, timeout=1)
else:
    framer = ModbusRtuFramer if kind == "tcp" else ModbusSocketFramer
    client = ModbusTcpClient("127.0.0.1", port=int(where), framer=framer, timeout=1)
if not client.connect():
    sys.exit("pymodbus cannot open the line")


def read(address, count):
    return client.read_holding_registers(address, count, slave=unit).registers


def succeeded(reply):
    return not reply.isError()


print(json.dumps({
    "measured": read(MEASURED, 18),
    "inputs": client.read_input_registers(MEASURED, 18, slave=unit).registers,
    "opening": succeeded(client.write_registers(CONTROL, [0x8000], slave=unit)),
    "opened": read(STATUS, 1) + read(MEASURED + 2, 1),
    "closing": succeeded(client.write_register(CONTROL, 1, slave=unit)),
    "closed": read(STATUS, 1),
    "refusal": client.read_holding_registers(NOWHERE, 1, slave=unit).exception_code,
}))
client.close()
