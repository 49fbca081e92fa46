"""What the rows of a timeline look like: 20 frames of 44 pixels."""

import numpy as np
import pytest

from mots_plugin.reporting.report import SequenceReport, Switch, Timeline, TrackRow
from mots_plugin.reporting.timeline_drawing import Mark, draw_timelines, id_colour

FRAMES = range(10, 30)
ROW = TrackRow(
    track=1001,
    present=[(0, 19)],
    followers={7: [(0, 3)], 12345: [(5, 5), (8, 19)]},
    switches=[Switch(frame=15, place=5, before=7, last_frame=13, after=12345)],
    frames=20,
    found=17,
)
FALSE = [0, 1, 1, 0, 4, *[0] * 15]


@pytest.fixture(scope="module")
def timeline():
    (drawn,) = draw_timelines(SequenceReport("0001", FRAMES, [Timeline("car", [ROW], FALSE)]))
    return drawn


def test_a_stroke_for_each_predicted_id(timeline):
    first, second = timeline.rows[0].strokes
    assert (timeline.width, timeline.rows[0].present) == (880, "M0 8h880")
    assert (timeline.squeeze, timeline.printed_ticks) == (1.6, 1)
    assert (first.path, first.title) == ("M0 8h176", "id 7: frames 10 to 13")
    assert (second.path, second.title) == ("M220 8h44M352 8h528", "id 12345: frames 15, 18 to 29")
    assert first.colour != second.colour


def test_ids_are_written_where_there_is_room(timeline):
    assert [(label.x, label.text) for label in timeline.rows[0].labels] == [(3, "7"), (223, "12345"), (355, "12345")]
    (narrow,) = draw_timelines(SequenceReport("0001", range(400), [Timeline("car", [ROW], [])]))
    assert list(narrow.rows[0].labels) == []  # frames of 3 pixels, of which even a digit takes more than 4


def test_the_switch_is_marked_where_the_new_id_begins(timeline):
    title = "frame 15: id 7 (until frame 13) → 12345"
    assert timeline.rows[0].marks == [Mark(x=5 * 44, frame=15, title=title)]
    assert timeline.rows[0].found == "85"
    assert timeline.rows[0].description == (f"predicted id: 7, 12345; missed in 3 of 20 frames; id switch at {title}")


def test_more_false_positives_are_stronger(timeline):
    assert [(stroke.path, stroke.title) for stroke in timeline.false] == [
        ("M44 8h88", "1 false positive"),
        ("M176 8h44", "4 false positives"),
    ]
    assert timeline.false[0].opacity < timeline.false[1].opacity == 1
    assert (timeline.missed, timeline.false_count, timeline.switches) == (3, 6, 1)


def test_long_videos_keep_their_frames_visible_and_their_axis_legible():
    (drawn,) = draw_timelines(SequenceReport("0001", range(1, 838), [Timeline("car", [ROW], [])]))
    assert drawn.width == 3 * 837
    assert (drawn.squeeze, drawn.printed_ticks) == (4.5, 2)  # on paper 150 pixels are 33, too few for a number
    assert [tick.text for tick in drawn.ticks][:3] == ["1", "51", "101"]


def test_titles_of_many_spans_are_short():
    spans = [(place, place) for place in range(0, 20, 2)]
    row = TrackRow(1, spans, {5: spans}, [], frames=10, found=10)
    (drawn,) = draw_timelines(SequenceReport("0001", range(20), [Timeline("car", [row], [])]))
    assert drawn.rows[0].strokes[0].title == "id 5: frames 0, 2, 4, 6, 8, 10, 12, and on, until 18"


def test_ids_have_the_colours_of_the_drawn_videos():
    colours = pytest.importorskip("mots_plugin.visualization.colours")
    ids = np.arange(1, 60)
    drawn = [tuple(bytes.fromhex(id_colour(number)[1:])) for number in ids.tolist()]
    assert np.abs(np.array(drawn, int) - colours.track_colours(ids)).max() <= 1
