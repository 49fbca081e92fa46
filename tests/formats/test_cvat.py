"""Annotations of CVAT."""

import zipfile

import numpy as np
import pytest

from mots_plugin.formats import FormatError, MaskTracks, VideoFrames
from mots_plugin.formats.cvat import read_cvat, write_cvat
from mots_plugin.formats.rle import decode, encode

IMAGES = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <image id="0" name="0002/000005.png" width="8" height="8">
    <polygon label="car" points="1.0,1.0;3.0,1.0;3.0,3.0;1.0,3.0" occluded="0">
      <attribute name="track_id">7</attribute>
    </polygon>
    <box label="car" xtl="5.0" ytl="5.0" xbr="7.0" ybr="7.0" group_id="7"/>
    <mask label="pedestrian" rle="1, 1, 3, 1" left="4" top="2" width="2" height="3" group_id="3"/>
    <box label="ignore" xtl="0" ytl="6" xbr="2" ybr="8"/>
    <points label="car" points="1,1"/>
  </image>
  <image id="1" name="0002/000006.png" width="8" height="8"/>
</annotations>
"""
VIDEO = """<annotations><meta><original_size><width>8</width><height>8</height></original_size></meta>
  <track id="0" label="car">
    <polygon frame="0" outside="0" points="1,1;3,1;3,3;1,3"/>
    <polygon frame="1" outside="1" points="1,1;3,1;3,3;1,3"/>
  </track>
  <track id="1" label="pedestrian">
    <box frame="1" outside="0" xtl="4" ytl="4" xbr="6" ybr="8"><attribute name="track_id">31</attribute></box>
  </track>
</annotations>"""


def save(path, text):
    path.write_text(text)
    return path


def pixels(mask):
    return np.argwhere(decode(mask)).tolist()


def test_an_export_of_images(tmp_path):
    tracks = read_cvat(save(tmp_path / "annotations.xml", IMAGES))["0002"]
    assert tracks.frames.tolist() == [5, 5, 5]
    assert tracks.track_ids.tolist() == [7, 3, 10000]
    assert tracks.class_ids.tolist() == [1, 2, 10]
    assert pixels(tracks.masks[0]) == [[1, 1], [1, 2], [2, 1], [2, 2], [5, 5], [5, 6], [6, 5], [6, 6]]
    assert pixels(tracks.masks[1]) == [[2, 5], [4, 5]]  # row by row: 1 off, 1 on, 3 off, 1 on
    assert pixels(tracks.masks[2]) == [[6, 0], [6, 1], [7, 0], [7, 1]]


def test_an_export_of_a_video_as_cvat_zips_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "street.zip", "w") as archive:
        archive.writestr("annotations.xml", VIDEO)
    tracks = read_cvat(tmp_path / "street.zip")["street"]
    assert tracks.frames.tolist() == [0, 1]
    assert tracks.track_ids.tolist() == [1, 31]
    assert pixels(tracks.masks[0]) == [[1, 1], [1, 2], [2, 1], [2, 2]]


def test_writing_and_reading_gives_masks_back(tmp_path):
    ring = np.zeros((8, 8), bool)
    ring[1:5, 2:6] = True
    ring[2:4, 3:5] = False
    frames = VideoFrames("0002", [4, 5], ["0002/000004.png", "0002/000005.png"], 8, 8)
    tracks = MaskTracks([4, 5, 5], [7, 7, 10000], [1, 1, 10], [encode(mask) for mask in (ring, ~ring, ring)])
    write_cvat(tmp_path / "0002.xml", frames, tracks)
    again = read_cvat(tmp_path / "0002.xml")["0002"]
    assert again.frames.tolist() == [4, 5, 5]
    assert again.track_ids.tolist() == [7, 7, 10000]
    assert again.masks == tracks.masks


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('"pedestrian"', '"dog"', "image 0002/000005.png, mask 3 (dog): class 'dog' is unknown"),
        (' group_id="3"', "", "mask 3 (pedestrian): has no identity; give it the number of its track as track_id"),
        ("1, 1, 3, 1", "1, 1, 3", "mask 3 (pedestrian): cannot be filled (its runs cover 5 of 6 pixels)"),
        ("1.0,1.0;3.0,1.0;", "", "polygon 1 (car): cannot be filled (a polygon needs three corners"),
        (' height="8"', "", "an element lacks its attribute 'height'"),
        ("000005.png", "first.png", "the name 0002/first.png has no frame number"),
        ("</annotations>", "", "is no XML of CVAT"),
        ("annotations", "dataset", "its root is <dataset>, not <annotations>"),
    ],
)
def test_bad_input_is_named(tmp_path, before, after, complaint):
    path = save(tmp_path / "annotations.xml", IMAGES.replace(before, after))
    with pytest.raises(FormatError) as caught:
        read_cvat(path)
    assert str(caught.value).startswith(str(path))
    assert complaint in str(caught.value)


def test_an_export_without_content_is_refused(tmp_path):
    with pytest.raises(FormatError, match="holds neither images nor tracks"):
        read_cvat(save(tmp_path / "annotations.xml", "<annotations/>"))
