"""A serial server whose first connection goes dead without a word, as behind a power cut or a router that forgets.

    black_hole_server.py

Answers reads with registers that hold the number of the connection. After the third answer the kernel is told to drop every
segment of the first connection: nothing is acknowledged, nothing is refused. New connections work. Prints "ready PORT".
"""

import ctypes
import socket
import struct
import threading
import time

ANSWERS_BEFORE_THE_CUT = 3
SO_ATTACH_FILTER = 26  # asm-generic/socket.h
BPF_RET_DROP = struct.pack("HBBI", 0x06, 0, 0, 0)  # linux/filter.h: return 0, keep nothing of the packet


def with_crc(body):
    crc = 0xFFFF
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return body + struct.pack("<H", crc)


def cut(connection):
    program = ctypes.create_string_buffer(BPF_RET_DROP, len(BPF_RET_DROP))
    connection.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program))
    )


def serve(connection, number):
    answered = 0
    while request := connection.recv(256):
        count = request[5]
        time.sleep(0.002)
        words = struct.pack(">H", number) * count
        connection.sendall(with_crc(bytes([request[0], request[1], 2 * count]) + words))
        answered += 1
        if number == 1 and answered == ANSWERS_BEFORE_THE_CUT:
            cut(connection)


listener = socket.create_server(("127.0.0.1", 0))
print(f"ready {listener.getsockname()[1]}", flush=True)
number = 0
while True:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    number += 1
    threading.Thread(target=serve, args=(connection, number), daemon=True).start()
