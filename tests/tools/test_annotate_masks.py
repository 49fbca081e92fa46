"""tools/annotate_masks.py as users call it; tests/apis/test_annotation_rounds.py has the whole way."""

import pytest
from command_lines import error_line, python, run

TOOL = "tools/annotate_masks.py"
MODEL = ["configs/mask_refinement/mask_refinement_tiny_800i_toy-street.py", "none.pth"]


@pytest.mark.parametrize("command", ["take", "run"])
def test_a_project_must_be_started_first(tmp_path, command):
    line = error_line(run(python(TOOL, command, tmp_path)))
    assert f"{tmp_path / 'project.json'}: not found; start a project with tools/annotate_masks.py start" in line


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([*MODEL, "--class-name", "dog"], "class 'dog' is unknown"),
        (["none.py", "none.pth"], "none.py: config not found"),
        (MODEL, "none.pth: checkpoint not found"),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, complaint):
    command = python(TOOL, "start", tmp_path / "project", *arguments, "--boxes", tmp_path, "--images", tmp_path)
    assert complaint in error_line(run(command))
