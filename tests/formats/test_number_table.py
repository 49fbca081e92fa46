"""Tables read at once and line by line hold the same numbers and faults."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mots_plugin.formats.kitti_box import parse_kitti_box
from mots_plugin.formats.mot_txt import parse_mot_txt

LINES = {
    parse_mot_txt: ["1,2,10.5,20,30,40,0.9,-1,-1,-1", "3,4,1,2,3,4,1,7,0.5", "1 2 3 4 5 6", "2,1,0,1e1,1,1"],
    parse_kitti_box: [
        "0 1 Car 0 0 -1.5 1 2 3 4 1 1 1 0 0 0 0",
        "0 -1 DontCare -1 -1 0 1 2 3 4",
        "5 6 van 0 1 0 1 2 3 4",
    ],
}


@pytest.mark.parametrize("parse", LINES)
@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_blank_line_changes_nothing_but_line_numbers(parse, data):
    """A blank line keeps a table from being read at once; some characters are overwritten with others."""
    lines = data.draw(st.lists(st.sampled_from(LINES[parse][:1]) | st.sampled_from(LINES[parse]), max_size=4))
    text = bytearray("".join(f"{line}\n" for line in lines).encode())
    edits = st.tuples(st.integers(0, max(0, len(text) - 1)), st.sampled_from(b"0.,- eEnaifx#\t\r\n\xff"))
    for place, character in data.draw(st.lists(edits, max_size=2)) if text else ():
        text[place] = character
    (tracks, faults), (later, later_faults) = parse(bytes(text), "f"), parse(b"\n" + bytes(text), "f")
    assert [(fault.problem, int(fault.place) + 1) for fault in faults] == [
        (fault.problem, int(fault.place)) for fault in later_faults
    ]
    np.testing.assert_array_equal(later.lines, tracks.lines + 1)
    for column in ("frames", "track_ids", "boxes", "scores", "class_ids", "visibilities", "occlusions", "truncations"):
        np.testing.assert_array_equal(getattr(later, column), getattr(tracks, column))
