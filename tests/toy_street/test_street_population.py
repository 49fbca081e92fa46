"""Who walks and drives where, over a video longer than the default."""

import itertools

import numpy as np
import pytest

from mots_plugin.toy_street.camera import drive
from mots_plugin.toy_street.population import populate


@pytest.fixture(scope="module")
def street():
    rng = np.random.default_rng(1)
    camera = drive(rng, 120, (192, 416))
    return camera, populate(rng, camera, [20.0, 50.0], objects=9)


def footprint(path):
    """Half extents along x and z of a narrow car or a slim person, metres."""
    along, across = (2.0, 0.85) if path.kind in ("car", "van") else (0.2, 0.2)
    return (along, across) if abs(path.heading[1]) > 0.5 else (across, along)


def test_street_stays_busy_from_the_first_to_the_last_frame(street):
    camera, paths = street
    counts = np.zeros(120, int)
    for path in paths:
        if path.kind in ("person", "car"):
            x, _, depth = camera.project(path.positions).T
            share = camera.focal * path.height / np.maximum(depth, 1e-3) / 192
            counts += (depth > 1) & (x > 0) & (x < 416) & (share > 0.1)

    assert 9 <= counts.mean() < 12
    assert counts.min() >= 3


def test_there_are_both_classes_and_some_to_ignore():
    kinds = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        kinds += [path.kind for path in populate(rng, drive(rng, 30, (192, 416)), [20.0, 50.0], objects=9)]

    assert set(kinds) == {"person", "car", "cyclist", "van"}
    assert kinds.count("car") > len(kinds) / 5
    assert kinds.count("person") > len(kinds) / 3


def test_nothing_drives_through_anything(street):
    for first, second in itertools.combinations(street[1], 2):
        if "person" in (first.kind, second.kind) and not {"car", "van"} & {first.kind, second.kind}:
            continue  # people make way for each other
        gap = np.abs(first.positions - second.positions)
        half_x, half_z = np.add(footprint(first), footprint(second))
        assert not ((gap[:, 0] < half_x) & (gap[:, 2] < half_z)).any()


def test_vehicles_head_where_they_go(street):
    for path in street[1]:
        if path.kind in ("car", "van"):
            step = path.positions[-1] - path.positions[0]
            cosine, sine = path.heading
            assert step[0] * sine + step[2] * cosine >= 0


def test_people_keep_to_the_pavement_once_they_have_crossed(street):
    for path in street[1]:
        if path.kind == "person":
            assert np.abs(path.positions[:, 0]).max() < 12
