"""Images of a sequence, in every layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.sequence_images import find_sequence_images


@pytest.mark.parametrize(
    "folder", ["training/image_02/0002", "images/0002", "train/MOTS20-02/img1", "0002"], ids=lambda name: name
)
def test_images_are_found_by_frame_number(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    for name in ("000001.png", "000002.jpg"):
        (tmp_path / folder / name).touch()
    if "img1" in folder:
        (tmp_path / folder).with_name("seqinfo.ini").touch()
    found = find_sequence_images(tmp_path, "0002")
    assert found == {1: tmp_path / folder / "000001.png", 2: tmp_path / folder / "000002.jpg"}


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="nowhere: not found; name the folder of the images"):
        find_sequence_images(tmp_path / "nowhere", "0002")
    with pytest.raises(FormatError, match="has no images of sequence 0002; name the root"):
        find_sequence_images(tmp_path, "0002")
    (tmp_path / "0002").mkdir()
    with pytest.raises(FormatError, match="0002: holds no image"):
        find_sequence_images(tmp_path, "0002")
