"""Homographies, polygons, look-ups: worked by hand."""

import numpy as np

from mots_plugin.toy_street import shading
from mots_plugin.toy_street.atlas import AtlasBuilder
from mots_plugin.toy_street.camera import NEAR_PLANE, Camera
from mots_plugin.toy_street.exact import adjugate, multiply, on_grid
from mots_plugin.toy_street.painting import determinants, project_outlines
from mots_plugin.toy_street.shapes import rectangle

IDENTITY = np.eye(3)[None]


def test_adjugate_times_matrix_is_the_determinant():
    matrix = np.array([[[2.0, 0.0, 1.0], [1.0, 3.0, 0.0], [0.0, 1.0, 1.0]]])

    assert determinants(matrix).tolist() == [7.0]
    assert multiply(adjugate(matrix), matrix)[0].tolist() == (7 * np.eye(3)).tolist()


def test_grid_swallows_the_last_bits():
    assert on_grid(0.1 + 1e-12) == on_grid(0.1)


def test_camera_projects_a_point_ahead():
    camera = Camera((100, 200), 50.0, (100.0, 40.0), np.array([[1.0, -2.0, 0.0]]), np.eye(3)[None])

    x, y, depth = camera.project(np.array([[2.0, 0.0, 10.0]]))[0]

    assert (x, y, depth) == (105.0, 50.0, 10.0)


def test_outline_becomes_a_fixed_point_polygon():
    homography = np.array([[[10.0, 0.0, 8.0], [0.0, 10.0, 8.0], [0.0, 0.0, 2.0]]])  # two metres away

    polygons = project_outlines(homography, rectangle(0, 0, 1, 1)[None], np.array([4]), (20, 20))

    assert (polygons[0] / 16).tolist() == [[4, 4], [9, 4], [9, 9], [4, 9]]


def test_outline_out_of_the_image_is_dropped():
    homography = np.array([[[10.0, 0.0, -30.0], [0.0, 10.0, 0.0], [0.0, 0.0, 1.0]]])

    assert project_outlines(homography, rectangle(0, 0, 1, 1)[None], np.array([4]), (20, 20)) == {}


def test_ground_is_cut_at_the_near_plane():
    # Depth is the second plane coordinate: the strip runs from one metre behind the camera to two metres ahead.
    homography = np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]])

    polygon = project_outlines(homography, rectangle(0, -1, 1, 2)[None], np.array([4]), (20, 20))[0]

    assert polygon[:, 1].max() == round(16 / NEAR_PLANE)  # y = 1 / depth
    assert polygon[:, 1].min() == 8
    assert len(polygon) == 4


def test_atlas_halves_by_averaging_two_by_two():
    builder = AtlasBuilder()
    checks = np.zeros((16, 16, 3), np.uint8)
    checks[::2, ::2] = 200
    patch = builder.add(checks)

    atlas, starts = builder.build()

    assert (patch.x, patch.y, patch.width, patch.height) == (0, 0, 16, 16)
    assert starts.tolist() == [0, 16, 24, 28, 30]
    assert (atlas[16:24, :8] == 50).all()


def test_texture_shows_texels_one_to_one():
    builder = AtlasBuilder()
    builder.add(np.zeros((16, 16, 3), np.uint8))
    painted = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    patch = builder.add(painted)
    to_texels = np.array([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]]])  # pixel centres on texel centres

    image = shading.texture(
        np.zeros((16, 16), np.uint16), to_texels, np.array([[patch.x, patch.y, 16, 16]]), *builder.build()
    )

    assert (image == painted).all()


def test_texture_far_away_is_averaged_not_sampled():
    builder = AtlasBuilder()
    checks = np.zeros((16, 16, 3), np.uint8)
    checks[::2, ::2] = 200
    builder.add(checks)
    to_texels = np.array([[[4.0, 0.0, 2.0], [0.0, 4.0, 2.0], [0.0, 0.0, 1.0]]])

    image = shading.texture(np.zeros((4, 4), np.uint16), to_texels, np.array([[0, 0, 16, 16]]), *builder.build())

    assert (image == 50).all()


def test_flow_follows_each_face():
    labels = np.array([[0, 0, 1], [0, 1, 1]], np.uint16)
    shift = np.array([[1.0, 0.0, 3.0], [0.0, 1.0, -2.0], [0.0, 0.0, 1.0]])

    flow, valid = shading.forward_flow(labels, np.stack([np.eye(3), shift]))

    assert valid.all()
    assert flow[..., 0].tolist() == [[0, 0, 3], [0, 3, 3]]
    assert flow[..., 1].tolist() == [[0, 0, -2], [0, -2, -2]]


def test_flow_behind_the_camera_is_not_valid():
    flow, valid = shading.forward_flow(np.zeros((1, 2), np.uint16), -IDENTITY)

    assert not valid.any()
    assert not flow.any()


def test_only_edges_are_softened():
    labels = np.array([[0] * 4 + [1] * 4] * 8, np.uint16)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)

    softened = shading.soften_edges(image, labels)

    assert (softened[:, :3] == image[:, :3]).all()
    assert (softened[:, 5:] == image[:, 5:]).all()
    assert (softened[:, 3:5] != image[:, 3:5]).any()
