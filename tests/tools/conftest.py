"""A small rendered street, and one training on it, that the tests of all tools share."""

from pathlib import Path

import pytest
from command_lines import python, succeed, train_command


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three videos of 9 frames, 160x96, in KITTI MOTS layout and as COCO-video; two are held out."""
    folder = tmp_path_factory.mktemp("street")
    size = ["--sequences", "3", "--val-sequences", "2", "--frames", "9", "--size", "160x96", "--workers", "1"]
    succeed(python("data_converters/toy_street.py", folder, *size))
    seqmaps = [folder / "train.seqmap", folder / "val.seqmap"]
    succeed(python("data_converters/kitti_mots.py", folder, folder / "annotations", "--seqmap", *seqmaps))
    return folder


@pytest.fixture(scope="session")
def work_dir(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Work dir of a training of 4 iterations, with checkpoints iter_2.pth and iter_4.pth."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "stdout.txt").write_text(succeed(train_command(street, folder, 4)))
    return folder
