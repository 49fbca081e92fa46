"""Masks out to annotation tools and back."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mots_plugin.annotation.exchange import EXCHANGES, changed
from mots_plugin.formats import FormatError, MaskTracks
from mots_plugin.formats.rle import decode, encode


def rectangle(x0, y0, x1, y1):
    mask = np.zeros((8, 16), bool)
    mask[y0:y1, x0:x1] = True
    return encode(mask)


MASKS = MaskTracks(
    [1, 1, 3], [7, 8, 7], [1, 2, 1], [rectangle(0, 2, 5, 5), rectangle(11, 1, 13, 6), rectangle(2, 2, 7, 5)], name="02"
)


@pytest.mark.parametrize("name", list(EXCHANGES))
def test_masks_come_back_as_they_went_out(name, video, tmp_path):
    exchange = EXCHANGES[name]
    exchange.write(tmp_path / name, video, MASKS)
    back = exchange.read(tmp_path / name, video)
    assert back.frames.tolist() == [1, 1, 3]
    assert back.track_ids.tolist() == [7, 8, 7]
    assert back.class_ids.tolist() == [1, 2, 1]
    assert back.masks == MASKS.masks
    assert len(changed(back, MASKS)) == 0


@pytest.mark.parametrize("name", list(EXCHANGES))
def test_classes_of_ones_own_come_back_too(name, video, tmp_path):
    classes = np.where(video.tracks.class_ids == 2, 3, 1)
    cows = replace(video, tracks=replace(video.tracks, class_ids=classes), class_names={1: "car", 3: "cow"})
    EXCHANGES[name].write(tmp_path / name, cows, replace(MASKS, class_ids=[1, 3, 1]))
    back = EXCHANGES[name].read(tmp_path / name, cows)
    assert back.class_ids.tolist() == [1, 3, 1]
    assert back.track_ids.tolist() == [7, 8, 7]


@pytest.mark.parametrize("name", list(EXCHANGES))
def test_nothing_came_back(name, video, tmp_path):
    assert len(EXCHANGES[name].read(tmp_path, video)) == 0


def test_only_what_changed_or_is_new_counts():
    moved = rectangle(3, 2, 8, 5)
    back = MaskTracks([1, 2, 3], [7, 7, 7], [1, 1, 1], [MASKS.masks[0], moved, moved])
    assert changed(back, MASKS).frames.tolist() == [2, 3]


def test_labelme_finds_the_image(video, tmp_path):
    EXCHANGES["labelme"].write(tmp_path / "out", video, MASKS)
    data = json.loads((tmp_path / "out/02/000003.json").read_text())
    assert (tmp_path / "out/02" / data["imagePath"]).resolve() == video.images[3].resolve()


def test_a_png_shows_class_and_instance_and_refuses_strangers(video, tmp_path):
    EXCHANGES["png"].write(tmp_path, video, MASKS)
    path = tmp_path / "02" / "000001.png"
    values = np.array(Image.open(path)).astype(np.uint16)
    assert sorted(np.unique(values)) == [0, 1007, 2008]
    values[0, 0] = 1009
    Image.fromarray(values).save(path)
    with pytest.raises(FormatError, match=r"pixel value 1009 in frame 1 is that of no box; use .* \[1007, 2008\]"):
        EXCHANGES["png"].read(tmp_path, video)


def test_outlines_are_simplified_for_people(video, tmp_path):
    stairs = np.zeros((8, 16), bool)
    stairs[:, :8] = np.tri(8, dtype=bool)
    EXCHANGES["labelme"].write(tmp_path, video, MaskTracks([1], [7], [1], [encode(stairs)]))
    (shape,) = json.loads((tmp_path / "02/000001.json").read_text())["shapes"]
    assert len(shape["points"]) < 6
    (mask,) = EXCHANGES["labelme"].read(tmp_path, video).masks
    assert (decode(mask) != stairs).sum() <= 8
