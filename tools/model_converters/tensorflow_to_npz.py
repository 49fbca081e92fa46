#!/usr/bin/env python
"""Dump the variables of a TensorFlow checkpoint as plain arrays, for the converters beside this file.

    tools/model_converters/tensorflow_to_npz.py conv3d_sep2-00000005 conv3d_sep2.npz

CHECKPOINT is the common stem of its .index and .data files. This script needs TensorFlow (1.x or 2.x) and numpy, and
nothing else: run it wherever those are, also without mots_plugin.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help="stem of the checkpoint's files")
    parser.add_argument("out", type=Path, help=".npz file to write")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    if not os.path.isfile(f"{arguments.checkpoint}.index"):
        return fail(f"{arguments.checkpoint}.index: not found; pass the common stem of the checkpoint's files")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import numpy as np
        import tensorflow as tf
    except ImportError as error:
        return fail(f"{error}; run this script where TensorFlow is installed: pip install tensorflow-cpu")
    try:
        reader = tf.train.load_checkpoint(arguments.checkpoint)
        variables = {name: reader.get_tensor(name) for name in sorted(reader.get_variable_to_shape_map())}
    except (tf.errors.OpError, ValueError) as error:
        return fail(f"{arguments.checkpoint}: not a readable checkpoint ({error}); copy it again")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = arguments.out.with_name(f".{arguments.out.name}.part")
    with open(temporary, "wb") as file:
        np.savez(file, **variables)
    os.replace(temporary, arguments.out)
    print(f"{len(variables)} variables lie in {arguments.out}")
    return 0


def fail(message: str) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
