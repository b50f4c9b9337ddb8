"""A Modbus master that is not ours: libmodbus (Debian's libmodbus5) through ctypes.

    libmodbus_master.py serial PATH BAUD UNIT      RTU frames
    libmodbus_master.py modbus-tcp PORT BAUD UNIT

Reads a single-phase circuit of an ADF400L, opens its relay, looks, closes it, and asks for what is not there. Prints one line of
JSON, the same as pymodbus_master.py.
"""

import ctypes
import json
import sys

MEASURED, STATUS, CONTROL, NOWHERE = 0x0300, 0x0311, 0x0801, 0x2000
FIRST_EXCEPTION = 112345678  # MODBUS_ENOBASE of modbus.h

kind, where, baud, unit = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
lib = ctypes.CDLL("libmodbus.so.5", use_errno=True)
lib.modbus_new_rtu.restype = lib.modbus_new_tcp.restype = ctypes.c_void_p
if kind == "serial":
    context = ctypes.c_void_p(lib.modbus_new_rtu(where.encode(), baud, ctypes.c_char(b"N"), 8, 1))
else:
    context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", int(where)))
lib.modbus_set_slave(context, unit)
lib.modbus_set_response_timeout(context, ctypes.c_uint32(1), ctypes.c_uint32(0))
if lib.modbus_connect(context) != 0:
    sys.exit("libmodbus cannot open the line")


def read(address, count):
    words = (ctypes.c_uint16 * count)()
    if lib.modbus_read_registers(context, address, count, words) != count:
        raise OSError(ctypes.get_errno() - FIRST_EXCEPTION)
    return list(words)


def read_inputs(address, count):
    words = (ctypes.c_uint16 * count)()
    got = lib.modbus_read_input_registers(context, address, count, words)
    return list(words) if got == count else None


def write(address, value):
    words = (ctypes.c_uint16 * 1)(value)
    return lib.modbus_write_registers(context, address, 1, words) == 1


def refusal(address):
    try:
        return read(address, 1)
    except OSError as error:
        return error.args[0]


print(json.dumps({
    "measured": read(MEASURED, 18),
    "inputs": read_inputs(MEASURED, 18),
    "opening": write(CONTROL, 0x8000),
    "opened": read(STATUS, 1) + read(MEASURED + 2, 1),
    "closing": lib.modbus_write_register(context, CONTROL, 1) == 1,
    "closed": read(STATUS, 1),
    "refusal": refusal(NOWHERE),
}))
