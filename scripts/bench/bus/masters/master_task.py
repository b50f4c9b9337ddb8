"""What every measured master in Python does around its reads; the same as master-task.ts."""

import json
import time

WARM_UP_S = 1.5


def measure(read, units, seconds, clock):
    started = clock()
    counting_from = started + WARM_UP_S
    cpu = None
    transactions = wrong = turn = 0
    while clock() < counting_from + seconds:
        if cpu is None and clock() >= counting_from:
            cpu = time.process_time()
            print("measuring", flush=True)
        unit = 1 + turn % units
        turn += 1
        words = read(unit)
        if cpu is None or words is None:
            continue
        transactions += 1
        wrong += list(words) != [unit * 256 + address for address in range(len(words))]
    print(json.dumps({"transactions": transactions, "wrong": wrong, "cpuUs": (time.process_time() - cpu) * 1e6}), flush=True)
