"""libmodbus (Debian's libmodbus5) through ctypes: one read after the other, as fast as it will go.

Arguments: <path> <baud> <units> <registers> <seconds>. Prints "measuring" after the warm-up and one line of JSON.
"""

import ctypes
import sys
import time

from master_task import measure

path, baud, units, registers, seconds = sys.argv[1], *map(int, sys.argv[2:6])
lib = ctypes.CDLL("libmodbus.so.5")
lib.modbus_new_rtu.restype = ctypes.c_void_p
lib.modbus_new_rtu.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char, ctypes.c_int, ctypes.c_int]
for name in ("modbus_connect", "modbus_set_slave", "modbus_read_registers", "modbus_set_response_timeout"):
    getattr(lib, name).argtypes = None
context = ctypes.c_void_p(lib.modbus_new_rtu(path.encode(), baud, b"E", 8, 1))
lib.modbus_set_response_timeout(context, ctypes.c_uint32(1), ctypes.c_uint32(0))
if lib.modbus_connect(context) != 0:
    sys.exit("libmodbus cannot open the line")
words = (ctypes.c_uint16 * registers)()


def read(unit):
    lib.modbus_set_slave(context, unit)
    count = lib.modbus_read_registers(context, 0, registers, words)
    return words[:count] if count == registers else None


measure(read, units, seconds, time.perf_counter)
