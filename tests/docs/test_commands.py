"""Every command in README.md and docs/*.md: checked against the tools, and run where the document says so.

What ``bash``, ``slow``, ``not-run`` and ``text output`` after a fence mean: tests/docs/fenced_blocks.py. How trainings
are cut to two steps: ``quickened`` in tests/docs/sandbox.py. Commands that no test runs are listed below by hand.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from fenced_blocks import ROOT, Block, blocks_of, commands, complaints
from own_samples import write_samples
from sandbox import Sandbox, matches


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHERS = {"docs/onnx.md", "docs/reports.md"}
"""Documents whose commands have tests of their own rooms."""

RUN = [
    document
    for document in DOCUMENTS[1:]
    if named(document) not in OTHERS
    and any(block.words[:1] in (("bash",), ("python",)) for block in blocks_of(document))
]
"""Documents with blocks to run. The commands of README.md have placeholders; tests/tools runs them with real values."""

NOT_RUN = {
    "docs/distributed.md": [
        "export NNODES=2 MASTER_ADDR=host0 MASTER_PORT=29500",
        "export GPUS=16 GPUS_PER_NODE=8 SRUN_ARGS='--gres=gpu:8'",
    ],
}
"""First commands of the blocks that are tagged ``not-run``, by document: they need several machines."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_name_scripts_and_options_that_exist(document):
    wrong = [
        f"{block}: {complaint}"
        for block in blocks_of(document)
        if block.words[:1] != ("python",)
        for command in commands(block.text)
        for complaint in complaints(command)
    ]
    assert wrong == []


def test_what_is_not_run_is_known():
    tagged = {
        named(document): [block for block in blocks_of(document) if "not-run" in block.words]
        for document in DOCUMENTS
        if named(document) not in OTHERS
    }
    first = {name: [commands(block.text)[0] for block in blocks] for name, blocks in tagged.items() if blocks}
    assert first == NOT_RUN


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three videos of 5 frames, 160x96, one of them held out."""
    folder = tmp_path_factory.mktemp("documented_street")
    size = ["--sequences", "3", "--val-sequences", "1", "--frames", "5", "--size", "160x96", "--workers", "1"]
    seqmaps = [str(folder / name) for name in ("train.seqmap", "val.seqmap")]
    for command in (
        ["data_converters/toy_street.py", str(folder), *size],
        [
            "data_converters/kitti_mots.py",
            str(folder),
            str(folder / "annotations"),
            "--workers",
            "1",
            "--seqmap",
            *seqmaps,
        ],
    ):
        subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
    return folder


def run_all(document: Path, sandbox: Sandbox, slow: bool) -> None:
    printed = ""
    for block in runnable(document, slow):
        if block.words[:2] == ("text", "output"):
            assert matches(printed, block.text), f"{block}: printed was\n{printed}"
        else:
            printed = sandbox.run(block)


def runnable(document: Path, slow: bool) -> list[Block]:
    """Blocks to run, or to compare with what the block before printed."""
    chosen: list[Block] = []
    ran = False
    for block in blocks_of(document):
        output = block.words[:2] == ("text", "output")
        if not output:
            skipped = "not-run" in block.words or ("slow" in block.words and not slow)
            ran = block.words[:1] in (("bash",), ("python",)) and not skipped
        if ran:
            chosen.append(block)
    return chosen


@pytest.fixture
def sandbox(street: Path, tmp_path: Path) -> Sandbox:
    """With the street where ``make demo`` has it, and in the forms of your_own_data.md."""
    write_samples(street, tmp_path)
    (tmp_path / "work_dirs/demo").mkdir(parents=True)
    (tmp_path / "work_dirs/demo/data").symlink_to(street)
    return Sandbox.make(tmp_path)


@pytest.mark.parametrize("document", RUN, ids=named)
def test_quick_commands_run(document, sandbox):
    run_all(document, sandbox, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("document", RUN, ids=named)
def test_all_commands_run(document, sandbox):
    run_all(document, sandbox, slow=True)
