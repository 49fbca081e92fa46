"""A project on disk, and corrections that come back to it."""

import json

import numpy as np
import pytest

from mots_plugin.annotation.corrections import take_corrections
from mots_plugin.annotation.exchange import EXCHANGES
from mots_plugin.annotation.given_masks import match_given
from mots_plugin.annotation.project import Project, Settings
from mots_plugin.formats import FormatError, MaskTracks, write_mots_txt
from mots_plugin.formats.rle import areas, encode


def rectangle(x0, y0, x1, y1):
    mask = np.zeros((8, 16), bool)
    mask[y0:y1, x0:x1] = True
    return encode(mask)


OUT = MaskTracks([1, 3], [7, 8], [1, 2], [rectangle(0, 2, 5, 5), rectangle(11, 1, 13, 6)], name="02")


@pytest.fixture
def project(boxes_and_images, tmp_path):
    boxes, images = boxes_and_images
    settings = Settings(str(boxes), "mot", str(images), None, "config.py", "weights.pth", "png", 2)
    return Project.start(tmp_path / "project", settings)


def hand_out(project, number, video, masks=OUT):
    folder = project.round_folder(number)
    EXCHANGES["png"].write(folder / "png", video, masks)
    write_mots_txt(folder / "exported" / "02.txt", masks)
    project.finish_round(number)
    return folder


def test_a_project_remembers(project):
    assert Project(project.folder).settings == project.settings
    assert Project(project.folder).round == -1
    project.finish_round(3)
    assert Project.start(project.folder, project.settings).round == 3
    (video,) = project.videos()
    assert (video.name, len(video), video.height, video.width) == ("02", 8, 8, 16)


def test_in_round_0_every_mask_counts(project, video):
    hand_out(project, 0, video)
    assert list(take_corrections(project)) == [("02", 2)]
    given = project.given("02")
    assert given.track_ids.tolist() == [7, 8]
    assert given.masks == OUT.masks


def test_later_only_what_was_changed(project, video, tmp_path):
    project.add_given("02", OUT)
    hand_out(project, 1, video)
    assert list(take_corrections(project)) == [("02", 0)]
    better = MaskTracks([1, 2], [7, 8], [1, 2], [rectangle(0, 2, 4, 5), rectangle(11, 2, 13, 6)], name="02")
    EXCHANGES["png"].write(tmp_path / "back", video, better)
    (project.round_folder(2)).mkdir()  # begun with the old masks
    assert list(take_corrections(project, tmp_path / "back")) == [("02", 2)]
    given = project.given("02")
    assert list(zip(given.frames.tolist(), given.track_ids.tolist(), areas(given.masks).tolist(), strict=True)) == [
        (1, 7, 12),
        (2, 8, 8),
        (3, 8, 10),
    ]
    assert not project.round_folder(2).exists()


def test_masks_may_be_confirmed_as_they_are(project, video):
    hand_out(project, 1, video)
    assert list(take_corrections(project, every=True)) == [("02", 2)]


def test_what_cannot_be_taken_is_named(project, video, tmp_path):
    with pytest.raises(FormatError, match="has not asked for any mask yet; finish"):
        list(take_corrections(project))
    hand_out(project, 0, video)
    with pytest.raises(FormatError, match="holds no mask of any video; give the folder"):
        list(take_corrections(project, tmp_path / "nowhere"))
    assert len(project.given("02")) == 0


def test_masks_need_a_box_and_the_size_of_the_image(video):
    assert match_given(video, OUT).tolist() == [0, -1, -1, -1, -1, 1, -1, -1]
    stranger = MaskTracks([9], [7], [1], OUT.masks[:1], source="02.txt")
    with pytest.raises(FormatError, match="02.txt:02, frame 9, track 7: a mask was given where the track has no box"):
        match_given(video, stranger)
    small = MaskTracks([1], [7], [1], [encode(np.ones((4, 4), bool))], source="02.txt")
    with pytest.raises(FormatError, match=r"a mask is \[4, 4\] \(height, width\), its image \[8, 16\]; draw it"):
        match_given(video, small)


def test_damaged_and_other_projects_are_refused(project, tmp_path):
    with pytest.raises(FormatError, match="project.json: not found; start a project"):
        Project(tmp_path)
    with pytest.raises(FormatError, match="is a project with other settings"):
        Project.start(project.folder, Settings("", "mot", "", None, "", "", "png", 3))
    path = project.folder / "project.json"
    data = json.loads(path.read_text())
    for text in ("", "[]", json.dumps({**data, "round": None}), json.dumps({"round": 1})):
        path.write_text(text)
        with pytest.raises(FormatError, match="is no annotation project"):
            Project(project.folder)
