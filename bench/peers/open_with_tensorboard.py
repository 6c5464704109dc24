"""Reads the event files of a run with TensorBoard and compares them with the run's own log.

    python3 -m venv /tmp/tb && /tmp/tb/bin/pip install tensorboard
    /tmp/tb/bin/python bench/peers/open_with_tensorboard.py runs/convirt

Ends with 1 when a value differs by more than a 32-bit float does, or a step is missing or there twice.
"""

import json
import struct
import sys
from pathlib import Path

import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def as_float32(value: float) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


def main() -> int:
    run = Path(sys.argv[1])
    accumulator = EventAccumulator(str(run / "events"), size_guidance={"scalars": 0})
    accumulator.Reload()
    wanted: dict[str, dict[int, float]] = {}
    for name in ("log.jsonl", "speed.jsonl"):
        for line in (run / name).read_text().splitlines():
            record = json.loads(line)
            for tag, value in record.items():
                if tag != "step" and isinstance(value, (int, float)):
                    wanted.setdefault(tag, {})[record["step"]] = as_float32(value)
    faults = 0
    tags = accumulator.Tags()["scalars"]
    for tag in sorted({*wanted, *tags}):
        events = accumulator.Scalars(tag) if tag in tags else []
        found = {event.step: event.value for event in events}
        # Speeds of steps that were done again after a kill are dropped by TensorBoard and kept by the log.
        same = len(found) == len(events) and all(wanted.get(tag, {}).get(step) == value for step, value in found.items())
        whole = tag in ("imagesPerSecond", "mfu") or found.keys() == wanted.get(tag, {}).keys()
        faults += not (same and whole)
        print(f"{tag}: {len(events)} values, {'as logged' if same and whole else 'NOT AS LOGGED'}")
    print(f"tensorboard {tensorboard.__version__}: {len(tags)} scalars, {faults} faults")
    return 1 if faults or not tags else 0


if __name__ == "__main__":
    sys.exit(main())
