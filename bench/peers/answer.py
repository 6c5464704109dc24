"""The Python end of bench/peer.mjs: requests on stdin, answers on stdout, one line of JSON each."""

import json
import sys
import time

import torch


def serve(work_class):
    """`["start", argument, …]` makes the work, any other name calls that method of it; until stdin ends."""
    work = None
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        if name == "start":
            work = work_class(*arguments)
            answer = {"version": torch.__version__}
        else:
            answer = getattr(work, name)(*arguments)
        print(json.dumps(answer), flush=True)


def timed(count, step):
    """Milliseconds of one step on the clock and of processors, and what the last one gave."""
    started, processor = time.perf_counter(), time.process_time()
    for _ in range(count):
        loss = step()
    return {
        "milliseconds": (time.perf_counter() - started) / count * 1000,
        "processorMilliseconds": (time.process_time() - processor) / count * 1000,
        "loss": loss,
    }
