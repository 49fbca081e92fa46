"""The reader of the documents' blocks finds what is wrong with a command."""

import pytest
from fenced_blocks import Block, commands, complaints, script_of


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("python tools/train.py CONFIG --resume", "tools/train.py"),
        (".venv/bin/python tools/train.py CONFIG", "tools/train.py"),
        ("NNODES=2 bash tools/dist_train.sh CONFIG 8", "tools/dist_train.sh"),
        ("mots convert coco a.json out", "data_converters/coco.py"),
        ("python -m mots_plugin.cli eval --gt A", "tools/eval_tracks.py"),
        ("torchrun --nproc_per_node=8 tools/train.py CONFIG", "tools/train.py"),
        ("pip install .", None),
        ("mots --help", None),
    ],
)
def test_the_script_of_a_command(command, script):
    found = script_of(command)
    assert (found and found[0]) == script


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python tools/train.py CONFIG --amp auto --work-dir W", []),
        ("mots validate a.json --no-images", []),
        ("mots convert labelme a b --val x --copy-images", []),
        ("bash tools/dist_test.sh CONFIG CHECKPOINT 2 --eval smotsa", []),
        ("python tools/trian.py CONFIG", ["tools/trian.py does not exist"]),
        ("mots train configs/jde/jde.py", ["configs/jde/jde.py does not exist"]),
        ("mots validate a.json --fix", ["tools/validate_data.py has no option --fix"]),
        ("bash tools/dist_train.sh CONFIG 2 --eval x", ["tools/dist_train.sh has no option --eval"]),
        ("mots frobnicate x", ["tools/frobnicate (no such command) does not exist"]),
    ],
)
def test_complaints(command, expected):
    assert complaints(command) == expected


def test_commands_of_a_block():
    assert commands("# first\npython a.py \\\n    --b   # why\n\n$ mots doctor\n") == [
        "python a.py      --b",
        "mots doctor",
    ]


def test_code_names_its_file():
    assert Block("a.md", 1, ("python",), "# my/cue.py\nx = 1\n").file_name == "my/cue.py"
    assert Block("a.md", 1, ("python",), "x = 1\n").file_name is None
