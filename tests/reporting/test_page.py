"""The text of the page; how it looks in a browser is in test_page_in_browser.py."""

import re

from mots_plugin.reporting.page import render_page
from mots_plugin.reporting.report import (
    Bar,
    BarChart,
    Cause,
    Picture,
    Report,
    Section,
    SequenceReport,
    Switch,
    Table,
    Timeline,
    TrackRow,
)

HOSTILE = "<script>alert('a')</script>\"&"


def row(track=1, switches=()):
    return TrackRow(track, [(0, 1)], {5: [(0, 1)]}, list(switches), frames=2, found=2)


def test_every_text_is_escaped():
    table = Table(HOSTILE, [HOSTILE], [[HOSTILE, HOSTILE]])
    sequence = SequenceReport(HOSTILE, range(2), [Timeline(HOSTILE, [row()], [0, 1])])
    section = Section(
        title=HOSTILE,
        tables=[table],
        sequence_tables=[table],
        charts=[BarChart(HOSTILE, HOSTILE, {HOSTILE: [Bar(HOSTILE, 0.5, HOSTILE)]})],
        sequences=[sequence],
        pictures=[Picture(HOSTILE, HOSTILE, b"jpeg")],
        causes=[Cause(HOSTILE, HOSTILE, 1, HOSTILE)],
        remark=HOSTILE,
    )
    facts = {HOSTILE: HOSTILE}
    page = render_page(Report(HOSTILE, facts, [section, section], facts, facts, facts, HOSTILE))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 20


def test_nothing_is_fetched():
    section = Section("masks", [Table("scores", ["class"], [["car"]])], pictures=[Picture("0001", "0001", b"jpeg")])
    page = render_page(Report("run", {}, [section]))
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', page) == ["data:,", "data:image/jpeg;base64,anBlZw=="]
    assert not re.search(r"https?:|@import|url\(|<script|<link rel=.stylesheet", page)


def test_switches_are_listed_by_frame_over_all_classes():
    first, second = (Switch(frame, frame, 5, frame - 1, 9) for frame in (3, 7))
    timelines = [Timeline("car", [row(1, [second])], []), Timeline("pedestrian", [row(2, [first])], [])]
    section = Section("masks", [], sequences=[SequenceReport("0001", range(9), timelines)])
    listed = render_page(Report("run", {}, [section])).partition('<table class="scores switches">')[2]
    rows = re.findall(r"<tr>(<th scope=\"row\">.*)</tr>", listed.partition("</table>")[0])
    assert [re.findall(r">([^<]+)<", cells) for cells in rows] == [
        ["0001", "3", "pedestrian", "2", "5", "9", "2"],
        ["0001", "7", "car", "1", "5", "9", "6"],
    ]


def test_without_switches_the_page_says_so():
    section = Section("masks", [], sequences=[SequenceReport("0001", range(2), [Timeline("car", [row()], [])])])
    assert "every track that was found kept its id" in render_page(Report("run", {}, [section]))


def test_of_many_sequences_the_timelines_are_folded():
    sequences = [SequenceReport(f"{number:04d}", range(2), [Timeline("car", [row()], [])]) for number in range(12)]
    sections = [Section("masks", [], sequences=part) for part in (sequences[:2], sequences)]
    few, many = (render_page(Report("run", {}, [section])) for section in sections)
    assert few.count('<details class="sequence" open>') == 2
    assert many.count('<details class="sequence" >') == 12
