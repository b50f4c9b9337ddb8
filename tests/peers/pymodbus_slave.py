"""A Modbus slave that is not ours: pymodbus, filled by hand with the registers of Acrel ADF400L circuits.

    pymodbus_slave.py tcp            listens on a free port of the loopback, RTU frames
    pymodbus_slave.py modbus-tcp     listens on a free port of the loopback, Modbus TCP
    pymodbus_slave.py modbus-tcp     the same, Modbus TCP
    pymodbus_slave.py serial PATH    opens a serial port or one end of a pseudo-terminal pair

Prints one line "ready PORT" or "ready PATH". A write to the forced control word moves the relay bit of the status word
and the load behind it, as a meter does; the addresses and bits stand here a second time on purpose.
"""

import asyncio
import logging
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

RELAY_CLOSED = 0x2000


def u32(value):
    """High word first."""
    return [(value >> 16) & 0xFFFF, value & 0xFFFF]


def s16(value):
    return value & 0xFFFF


class Circuit(ModbusSparseDataBlock):
    """Registers that follow a forced control word."""

    def __init__(self, values, control, status, powers):
        super().__init__(values)
        self.control = control
        self.status = status
        self.powers = powers
        self.loads = {address: self.values[address] for address in powers}

    def setValues(self, address, values, use_as_default=False):
        super().setValues(address, values, use_as_default)
        if address <= self.control < address + len(values):
            self.obey(self.values[self.control])

    def obey(self, word):
        is_closed = word & 0x8000 == 0
        self.values[self.status] = RELAY_CLOSED if is_closed else 0
        for address in self.powers:
            self.values[address] = self.loads[address] if is_closed else 0


def single_phase():
    measured = [
        2301, 435, 998, s16(-57), 997, 5001,
        *u32(1234567), *u32(23456), *u32(-1250 & 0xFFFFFFFF), *u32(500000), 17, *u32(3000), RELAY_CLOSED,
        *u32(1500), 0, *u32(0), 5, 30, *u32(1234567), *u32(0), *u32(23456), *u32(0),
    ]
    values = {0x0300: measured, 0x0400: [0] * 0x60, 0x0800: [1, 0x0001], 0x0971: [502]}
    return Circuit(values, control=0x0801, status=0x0311, powers=[0x0302])


def three_phase():
    measured = [
        2298, 2303, 2310, 1210, 1180, 1195, 8012, 2690, 2650, 2672, 310, 100, 105, 105,
        999, 999, 998, 999, 5002,
        *u32(300001), *u32(300002), *u32(300003), *u32(4001), *u32(4002), *u32(4003),
        *u32(900006), *u32(12006), *u32(8800), *u32(1000000), 42, *u32(0), RELAY_CLOSED,
        *u32(0), 0, *u32(0), 5, 30, 3981, 3990, 3985, 3, 4, 12,
        *[word for value in range(16) for word in u32(70000 + value)],
    ]
    values = {0x033F: measured, 0x0804: [0x0001]}
    return Circuit(values, control=0x0804, status=0x0369, powers=[0x0345, 0x0346, 0x0347, 0x0348])


def context():
    slaves = {
        unit_id: ModbusSlaveContext(hr=block, zero_mode=True)
        for unit_id, block in [(1, three_phase()), (13, single_phase()), (14, single_phase())]
    }
    return ModbusServerContext(slaves=slaves, single=False)


async def serve_tcp(framer):
    server = ModbusTcpServer(
        context(), framer=framer, address=("127.0.0.1", 0), ignore_missing_slaves=True
    )
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    port = server.server.sockets[0].getsockname()[1]
    print(f"ready {port}", flush=True)
    await serving


async def serve_serial(path):
    server = ModbusSerialServer(
        context(), framer=ModbusRtuFramer, port=path, baudrate=9600, ignore_missing_slaves=True
    )
    await server.start()
    print(f"ready {path}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    # Refusing a register that a circuit does not have is part of the test.
    logging.disable(logging.ERROR)
    framers = {"tcp": ModbusRtuFramer, "modbus-tcp": ModbusSocketFramer}
    asyncio.run(serve_serial(sys.argv[2]) if sys.argv[1] == "serial" else serve_tcp(framers[sys.argv[1]]))
