"""Opens a synray data set with Hugging Face `datasets` and says what it saw, as one line of JSON.

    python3 -m venv /tmp/datasets && /tmp/datasets/bin/pip install datasets pillow
    /tmp/datasets/bin/python bench/peers/open_with_datasets.py DATASET
"""

import json
import sys
import tempfile

import datasets
from PIL import Image


def main(folder: str) -> None:
    with tempfile.TemporaryDirectory() as cache:
        splits = datasets.load_dataset(folder, cache_dir=cache)
        seen = {"datasets": datasets.__version__, "splits": {}}
        for name, split in splits.items():
            first = split[0]
            assert isinstance(first["image"], Image.Image), type(first["image"])
            assert all(isinstance(label, str) for label in first["labels"])
            assert all(len(region["box"]) == 4 for sample in split for region in sample["regions"])
            seen["splits"][name] = {
                "samples": len(split),
                "image": f"{first['image'].format} {first['image'].mode} {first['image'].size}",
                "labels": first["labels"],
                "regions": sum(len(sample["regions"]) for sample in split.select_columns(["regions"])),
            }
        seen["features"] = {name: str(feature) for name, feature in split.features.items()}
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1])
