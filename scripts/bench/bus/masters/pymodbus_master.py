"""pymodbus (Debian's python3-pymodbus), synchronous client: one read after the other, as fast as it will go.

Arguments: <path> <baud> <units> <registers> <seconds>. Prints "measuring" after the warm-up and one line of JSON.
"""

import logging
import sys
import time

from pymodbus.client import ModbusSerialClient

from master_task import measure

path, baud, units, registers, seconds = sys.argv[1], *map(int, sys.argv[2:6])
logging.disable(logging.CRITICAL)
# A pseudo-terminal has no parity and refuses to be asked for it twice; pymodbus counts 11 bits a character anyway.
client = ModbusSerialClient(port=path, baudrate=baud, parity="N", stopbits=1, timeout=1)
client.connect()


def read(unit):
    reply = client.read_holding_registers(0, registers, slave=unit)
    return None if reply.isError() else reply.registers


measure(read, units, seconds, time.perf_counter)
