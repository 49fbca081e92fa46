"""Converters as modules, and small data sets in the layouts that they read."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import rle
from mots_plugin.formats.mots_txt import format_mots_line

SCRIPTS = Path(__file__).resolve().parents[2] / "data_converters"
HEIGHT, WIDTH = 8, 10


@pytest.fixture
def load_script():
    """Return a function that loads a script of data_converters by name."""

    def load(name):
        spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def draw():
    """Return a function that writes images of the given frames into a folder."""

    def write(folder, frames, extension="png", size=(HEIGHT, WIDTH)):
        folder.mkdir(parents=True, exist_ok=True)
        for frame in frames:
            Image.fromarray(np.full((*size, 3), frame % 256, np.uint8)).save(folder / f"{frame:06d}.{extension}")

    return write


@pytest.fixture
def annotate():
    """Return a function that writes ``(frame, track id, x0, y0)`` squares of 2 x 2 pixels to a text file."""

    def write(path, squares):
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            format_mots_line(
                frame, track_id, track_id // 1000, rle.encode_crop(np.ones((2, 2), bool), x0, y0, HEIGHT, WIDTH)
            )
            for frame, track_id, x0, y0 in squares
        ]
        path.write_text("".join(f"{line}\n" for line in lines))

    return write
