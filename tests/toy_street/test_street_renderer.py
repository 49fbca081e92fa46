"""Scenes of a few cardboard squares, in front of a camera at the origin that looks along z."""

import numpy as np
import pytest

from mots_plugin.toy_street.atlas import AtlasBuilder
from mots_plugin.toy_street.camera import Camera
from mots_plugin.toy_street.renderer import Renderer, render
from mots_plugin.toy_street.scene import Scene, StreetSettings, build_scene
from mots_plugin.toy_street.shapes import BACKDROP, PERSON, SKY, Body, rectangle, tabulate, textured
from mots_plugin.toy_street.writer import id_map, panoptic_map

FOCAL, HEIGHT, WIDTH = 20.0, 40, 60


def square(atlas, x, z, size=2.0, class_id=2, track_id=1):
    """A square of ``size`` metres with its lower edge at eye level; ``x`` has one value a frame."""
    face = textured(rectangle(-size / 2, -size, size / 2, 0), atlas, PERSON)
    positions = np.array([(value, 0.0, z) for value in x])
    return Body([face], positions, np.tile([1.0, 0.0], (len(x), 1)), 3, class_id, track_id, height=size)


def scene_of(*bodies, frames):
    builder = AtlasBuilder()
    patch = builder.add(np.full((16, 16, 3), 100, np.uint8))
    built = [body(patch) for body in bodies]
    wall = textured(rectangle(-9, -9, 9, 9), patch, SKY, origin=(0.0, 0.0, 1.0))
    still = np.zeros((frames, 3)), np.tile([1.0, 0.0], (frames, 1))
    built.insert(0, Body([wall], *still, layer=BACKDROP, at_infinity=True))
    atlas, starts = builder.build()
    camera = Camera((HEIGHT, WIDTH), FOCAL, (30.0, 20.0), np.zeros((frames, 3)), np.tile(np.eye(3), (frames, 1, 1)))
    return Scene(
        camera, built, tabulate(built, frames), np.stack([b.positions for b in built], 1),
        np.stack([b.headings for b in built], 1), atlas, starts,
        np.zeros((HEIGHT + 64, WIDTH + 64, 3), np.int16), np.zeros((frames, 2), np.int64),
    )  # fmt: skip


def test_square_stands_where_it_projects_to():
    frame = Renderer(scene_of(lambda p: square(p, [0.0], 4.0), frames=1)).render(0)

    # 2 m at 4 m with focal length 20: 10 pixels, the polygon's border included.
    rows, columns = np.nonzero(frame.bodies == 1)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 20, 25, 35)
    assert frame.objects.heights.tolist() == [10.0]
    assert frame.objects.boxes.tolist() == [[25, 10, 36, 21]]
    assert frame.objects.areas.tolist() == frame.objects.full_areas.tolist() == [121]
    assert frame.flow is None


def test_flow_of_a_square_that_steps_aside():
    first, last = render(scene_of(lambda p: square(p, [0.0, 0.6], 4.0), frames=2))

    shown = first.bodies == 1
    assert first.flow is not None
    assert first.flow[shown] == pytest.approx(np.tile([3.0, 0.0], (shown.sum(), 1)), abs=1e-4)  # 0.6 m * 20 / 4 m
    assert first.flow[~shown] == pytest.approx(0.0, abs=1e-4)
    assert (np.roll(shown, 3, axis=1) == (last.bodies == 1)).all()


@pytest.mark.parametrize("order", [(3.0, 6.0), (6.0, 3.0)])
def test_nearer_covers_farther(order):
    scene = scene_of(
        lambda p: square(p, [0.0], order[0], track_id=1), lambda p: square(p, [0.0], order[1], track_id=2), frames=1
    )

    objects = Renderer(scene).render(0).objects

    # Straight behind each other, the nearer one twice as wide: nothing is left of the farther.
    assert objects.bodies.tolist() == [1 + int(np.argmin(order))]
    assert objects.areas.tolist() == objects.full_areas.tolist()


def test_hidden_part_counts_in_the_full_area_only():
    scene = scene_of(
        lambda p: square(p, [0.0], 4.0, track_id=1), lambda p: square(p, [0.5], 2.0, size=1.0, track_id=2), frames=1
    )

    objects = Renderer(scene).render(0).objects

    # The near one covers columns 30 to 40, so 6 of the far one's 11 columns.
    assert objects.areas.tolist() == [55, 121]
    assert objects.full_areas.tolist() == [121, 121]


def test_too_small_and_nearly_hidden_objects_are_ignore_regions():
    scene = scene_of(
        lambda p: square(p, [-2.0], 4.0, track_id=1),
        lambda p: square(p, [20.0], 30.0, track_id=2, size=5.0, class_id=1),
        frames=1,
    )

    frame = Renderer(scene).render(0)

    assert frame.objects.heights.round(2).tolist() == [10.0, 3.33]  # of 40 pixels: a quarter, a twelfth
    assert frame.objects.class_ids.tolist() == [2, 10]
    assert frame.objects.kinds.tolist() == [2, 1]
    assert set(np.unique(id_map(frame))) == {0, 2001, 10000}
    blue, green, red = np.moveaxis(panoptic_map(frame), -1, 0)
    colours = set(zip(red.ravel(), green.ravel(), blue.ravel(), strict=True))
    assert colours == {(SKY, 0, 0), (PERSON, 0, 2), (PERSON, 0, 0)}


def test_same_settings_give_the_same_pixels_whatever_was_rendered_before():
    settings = StreetSettings(frames=3, width=160, height=80, seed=5)
    straight = list(render(build_scene(settings, 1)))
    list(render(build_scene(settings, 0)))
    renderer = Renderer(build_scene(settings, 1))

    for number in (2, 0, 1):
        again = renderer.render(number)
        assert (again.image == straight[number].image).all()
        assert (again.bodies == straight[number].bodies).all()
        if again.flow is not None:
            assert (again.flow == straight[number].flow).all()


def test_other_seeds_and_other_sequences_give_other_streets():
    images = [
        Renderer(build_scene(StreetSettings(frames=1, width=160, height=80, seed=seed), sequence)).render(0).image
        for seed, sequence in ((0, 0), (0, 1), (1, 0))
    ]

    assert (images[0] != images[1]).mean() > 0.5
    assert (images[0] != images[2]).mean() > 0.5


def test_flow_leads_to_the_same_object_in_the_next_frame():
    frames = list(render(build_scene(StreetSettings(frames=12), 0)))

    hits, total = 0, 0
    for frame, following in zip(frames, frames[1:], strict=False):
        assert frame.flow is not None
        assert frame.flow_valid is not None
        height, width = frame.bodies.shape
        y, x = np.nonzero(frame.flow_valid & np.isin(frame.bodies, frame.objects.bodies))
        to_x, to_y = np.rint(np.stack([x, y]) + frame.flow[y, x].T).astype(int)
        inside = (to_x >= 0) & (to_x < width) & (to_y >= 0) & (to_y < height)
        same = following.bodies[to_y[inside], to_x[inside]] == frame.bodies[y[inside], x[inside]]
        hits, total = hits + same.sum(), total + len(same)
    assert hits / total > 0.85  # the rest gets occluded, or is a pixel of the outline


@pytest.mark.parametrize(
    ("setting", "message"), [({"width": 10}, "width is 10; choose 64 to 8192"), ({"frames": 0}, "frames is 0")]
)
def test_impossible_settings_are_refused(setting, message):
    with pytest.raises(ValueError, match=message):
        StreetSettings(**setting)
