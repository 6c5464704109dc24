"""Masks and their compressed run lengths by pycocotools 2.0.11: python make_coco_rle.py > coco_rle.json"""
import json

import numpy as np
from pycocotools import mask as coco

random = np.random.default_rng(0)
cases = []
for height, width, share in [(1, 1, 0), (1, 1, 1), (5, 7, 0), (5, 7, 1), (9, 4, 0.5), (40, 30, 0.02), (40, 30, 0.98), (64, 50, None)]:
    if share is None:  # One blob, whose runs differ little from column to column.
        y, x = np.mgrid[:height, :width]
        mask = ((y - 30) ** 2 + (x - 20) ** 2 < 300).astype(np.uint8)
    else:
        mask = (random.random((height, width)) < share).astype(np.uint8)
    encoded = coco.encode(np.asfortranarray(mask))
    cases.append({
        "height": height,
        "width": width,
        "rows": ["".join(map(str, row)) for row in mask],
        "counts": encoded["counts"].decode(),
        "area": int(coco.area(encoded)),
        "bbox": [int(value) for value in coco.toBbox(encoded)],
    })
print(json.dumps(cases))
