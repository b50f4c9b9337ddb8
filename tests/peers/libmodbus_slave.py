"""A Modbus RTU slave that is not ours: libmodbus (Debian's libmodbus5) through ctypes.

    libmodbus_slave.py PATH

Unit 17 holds one single-phase circuit of an Acrel ADF400L, filled by hand, and the tricks of the library's own test server:
a read of one register at 0x0170 is refused as busy, at 0x0171 answered by another unit, at 0x0172 answered 500 ms late, and at
0x0173 answered with one register less than asked. Each read of 0x0172 or 0x0173 holds one more than the read before it, so
that an answer to an earlier request is seen. Prints one line "ready PATH".
"""

import ctypes
import sys
import time

UNIT = 17
FIRST, COUNT = 0x0160, 0x0900
BUSY, OTHER_UNIT, LATE, SHORT = 0x0170, 0x0171, 0x0172, 0x0173
SLAVE_BUSY = 6
CONTROL, STATUS, POWER = 0x0801, 0x0311, 0x0302
MEASURED = [
    2301, 435, 998, -57 & 0xFFFF, 997, 5001, 18, 54919, 0, 23456, 0xFFFF, 0xFB1E, 7, 41248, 17, 0, 3000, 0x2000,
]


class Mapping(ctypes.Structure):
    """modbus_mapping_t of modbus.h 3.1.6."""

    _fields_ = [(f"number{index}", ctypes.c_int) for index in range(8)] + [
        ("bits", ctypes.c_void_p),
        ("input_bits", ctypes.c_void_p),
        ("input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("registers", ctypes.POINTER(ctypes.c_uint16)),
    ]


lib = ctypes.CDLL("libmodbus.so.5")
lib.modbus_new_rtu.restype = ctypes.c_void_p
lib.modbus_mapping_new_start_address.restype = ctypes.POINTER(Mapping)


def serve(path):
    context = ctypes.c_void_p(lib.modbus_new_rtu(path.encode(), 9600, ctypes.c_char(b"N"), 8, 1))
    lib.modbus_set_slave(context, UNIT)
    if lib.modbus_connect(context) != 0:
        sys.exit("libmodbus cannot open the line")
    mapping = lib.modbus_mapping_new_start_address(0, 0, 0, 0, FIRST, COUNT, 0, 0)
    registers = mapping.contents.registers
    for index, value in enumerate(MEASURED):
        registers[0x0300 - FIRST + index] = value
    print(f"ready {path}", flush=True)
    request = (ctypes.c_uint8 * 256)()
    while True:
        length = lib.modbus_receive(context, request)
        if length == -1:
            # A frame with a bad checksum, or the terminal went away.
            time.sleep(0.01)
        elif length > 0:
            answer(context, request, length, mapping)


def answer(context, request, length, mapping):
    registers = mapping.contents.registers
    address, count = request[2] << 8 | request[3], request[4] << 8 | request[5]
    if request[1] == 3 and address == BUSY:
        lib.modbus_reply_exception(context, request, SLAVE_BUSY)
        return
    if request[1] == 3 and address == OTHER_UNIT:
        raw = (ctypes.c_uint8 * 5)(UNIT + 1, 3, 2, 0, 0)
        lib.modbus_send_raw_request(context, raw, 5)
        return
    if request[1] == 3 and address in (LATE, SHORT):
        registers[address - FIRST] += 1
    if request[1] == 3 and address == LATE:
        time.sleep(0.5)
    if request[1] == 3 and address == SHORT:
        request[5] = count - 1
    lib.modbus_reply(context, request, length, mapping)
    if request[1] == 16 and address <= CONTROL < address + count:
        is_closed = registers[CONTROL - FIRST] & 0x8000 == 0
        registers[STATUS - FIRST] = 0x2000 if is_closed else 0
        registers[POWER - FIRST] = 998 if is_closed else 0


if __name__ == "__main__":
    serve(sys.argv[1])
