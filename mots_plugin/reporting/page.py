"""A report as one HTML page that needs nothing else: no network, no script, no further file."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined

from mots_plugin.reporting.report import Report, Section, Switch
from mots_plugin.reporting.timeline_drawing import ROW_HEIGHT, draw_timelines, id_colour

_MANY_SEQUENCES = 12  # from so many on, timelines are folded
_MOST_SWITCHES = 2000  # in the list; a page must stay one that a phone can show


def render_page(report: Report) -> str:
    """Return the page; every text in it is escaped.

    Args:
        report: What it says.
    """
    environment = Environment(
        loader=PackageLoader("mots_plugin.reporting", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("page.html.jinja").render(
        report=report,
        draw_timelines=draw_timelines,
        id_colour=id_colour,
        listed_switches=_listed_switches,
        data_uri=lambda jpeg: f"data:image/jpeg;base64,{b64encode(jpeg).decode('ascii')}",
        row_height=ROW_HEIGHT,
        many_sequences=_MANY_SEQUENCES,
        most_switches=_MOST_SWITCHES,
    )


@dataclass(frozen=True)
class _ListedSwitch:
    sequence: str
    class_name: str
    track: int
    switch: Switch


def _listed_switches(section: Section) -> list[_ListedSwitch]:
    """Return the id switches of all sequences, in each by frame, up to as many as are listed."""
    found = (
        entry
        for sequence in section.sequences
        for entry in sorted(
            (
                _ListedSwitch(sequence.name, timeline.class_name, row.track, switch)
                for timeline in sequence.timelines
                for row in timeline.rows
                for switch in row.switches
            ),
            key=lambda entry: entry.switch.frame,
        )
    )
    return list(islice(found, _MOST_SWITCHES))
