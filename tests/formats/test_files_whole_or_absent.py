"""Errors in one line, and files that are whole or absent."""

import os
import pickle
import subprocess
import sys

import pytest

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def test_an_error_is_one_line_with_place_and_cure():
    error = FormatError("gt.txt", "class id 3\nis unknown", "use 1", 12)
    assert str(error) == "gt.txt:12: class id 3 is unknown; use 1"
    assert str(FormatError("gt.txt", "is empty", "fill it")) == "gt.txt: is empty; fill it"
    assert (
        str(Fault("gt.txt", "12", "class id 3 is unknown", "use 1", "class"))
        == "gt.txt:12: class id 3 is unknown; use 1"
    )


def test_an_error_survives_the_way_back_from_a_worker():
    error = pickle.loads(pickle.dumps(FormatError("gt.txt", "bad", "mend", 12)))
    assert (error.file, error.place, error.problem, error.cure) == ("gt.txt", "12", "bad", "mend")


def test_a_file_appears_when_the_block_ends_well(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with atomic_write(path) as file:
        file.write("whole\n")
        assert not path.exists()
    assert path.read_text() == "whole\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_after_an_error_the_old_file_stands_and_nothing_else_lies_about(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def write_half():
        with atomic_write(path, "wb") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_others_may_read_what_was_written(tmp_path):
    with atomic_write(tmp_path / "a.txt") as file:
        file.write("x")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def test_tools_end_with_one_line_and_a_code(capsys, tmp_path):
    @report_errors_in_one_line
    def tool(kind):
        if kind == "bad input":
            raise FormatError("gt.txt", "bad", "mend", 3)
        if kind == "missing":
            (tmp_path / "absent").read_text()
        if kind == "ctrl-c":
            raise KeyboardInterrupt
        if kind == "bug":
            raise RuntimeError("bug")

    assert tool("fine") == 0
    assert tool("bad input") == 1
    assert capsys.readouterr().err == "error: gt.txt:3: bad; mend\n"
    assert tool("missing") == 1
    assert "absent" in capsys.readouterr().err
    assert tool("ctrl-c") == 130
    with pytest.raises(RuntimeError):
        tool("bug")


def test_importing_the_room_loads_neither_torch_nor_image_libraries():
    heavy = "{'torch', 'mmdet', 'mmengine', 'cv2', 'PIL', 'scipy'}"
    code = f"import sys, mots_plugin.formats; print(sorted({heavy} & {{*sys.modules}}))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
