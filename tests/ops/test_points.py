"""Point clouds of instances, on images small enough to count pixels by hand."""

import pytest
import torch

from mots_plugin.ops.points import (
    CATEGORY_CODES,
    crop_clouds,
    draw_environment,
    draw_foreground,
    embed_positions,
    enlarge_boxes,
    frame_clouds,
    list_pixels,
)

# Two cars (1, 3) and a pedestrian (2) on 8 x 8 pixels. Car 1 is an L; car 3 touches it.
INSTANCES = torch.tensor(
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 3, 3, 0, 0, 0],
        [0, 1, 1, 3, 3, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 2, 0],
        [0, 0, 0, 0, 0, 0, 2, 0],
        [0, 0, 0, 0, 0, 0, 2, 0],
    ]
)
CAR, PEDESTRIAN = 0, 1
LABELS = torch.tensor([CAR, PEDESTRIAN, CAR])


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def drawn(places: torch.Tensor) -> set[tuple[int, int]]:
    """The distinct (row, column) pairs among the points of one instance."""
    return {tuple(place) for place in places.tolist()}


def image() -> torch.Tensor:
    """Blue tells the row, green the column, red the instance."""
    rows, columns = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    return torch.stack([rows, columns, INSTANCES]).to(torch.uint8)


def test_pixels_are_listed_by_instance_and_row():
    pixels = list_pixels(INSTANCES, 3)
    assert pixels.counts.tolist() == [4, 3, 4]
    assert list(zip(pixels.rows[:4].tolist(), pixels.columns[:4].tolist(), strict=True)) == [
        (1, 1),
        (2, 1),
        (3, 1),
        (3, 2),
    ]
    assert pixels.boxes().tolist() == [[1, 1, 3, 4], [6, 5, 7, 8], [3, 2, 5, 4]]
    assert pixels.centroids().tolist() == [[2.25, 1.25], [6.0, 6.0], [2.5, 3.5]]


def test_an_instance_without_a_pixel_has_no_box():
    pixels = list_pixels(INSTANCES, 4)
    assert pixels.counts[3] == 0
    assert pixels.boxes()[3].tolist() == [0, 0, 0, 0]


def test_boxes_grow_by_whole_pixels_up_to_the_border():
    """20 % of the distance between the first and the last pixel, rounded down."""
    boxes = torch.tensor([[10, 10, 21, 16], [0, 0, 5, 6], [90, 40, 100, 50]])
    enlarged = enlarge_boxes(boxes, 0.2, height=50, width=100)
    assert enlarged.tolist() == [[8, 9, 23, 17], [0, 0, 5, 7], [89, 39, 100, 50]]


def test_every_pixel_of_a_mask_is_drawn_and_none_beside_it():
    pixels = list_pixels(INSTANCES, 3)
    places = draw_foreground(pixels, 200, seeded())
    for instance in range(3):
        assert drawn(places[instance]) == {tuple(place) for place in (INSTANCES == instance + 1).nonzero().tolist()}


def test_every_pixel_around_a_mask_is_drawn_and_none_of_the_mask():
    pixels = list_pixels(INSTANCES, 3)
    windows = torch.tensor([[0, 0, 4, 5], [6, 5, 7, 8], [2, 1, 6, 5]])
    places, has_environment = draw_environment(pixels, windows, 400, seeded())
    assert has_environment.tolist() == [True, False, True]  # the pedestrian fills its window
    for instance in (0, 2):
        x0, y0, x1, y1 = windows[instance].tolist()
        free = {(y, x) for y in range(y0, y1) for x in range(x0, x1) if INSTANCES[y, x] != instance + 1}
        assert drawn(places[instance]) == free


def test_points_are_drawn_evenly():
    """400 draws from the 16 free pixels around the L: 25 each, give or take five standard deviations."""
    pixels = list_pixels(INSTANCES, 1 + INSTANCES.max())
    windows = torch.tensor([[0, 0, 4, 5]] + [[0, 0, 8, 8]] * 3)
    places, _ = draw_environment(pixels, windows, 400, seeded())
    counts = (places[0, :, 0] * 8 + places[0, :, 1]).unique(return_counts=True)[1]
    assert len(counts) == 16
    assert counts.min() > 3
    assert counts.max() < 50


def test_points_of_a_frame_carry_colour_offset_and_category():
    clouds = frame_clouds(image(), INSTANCES, LABELS, 300, 300, margin=0.5, generator=seeded())
    blue, green, red, down, right = clouds.foreground[0].T
    assert set(red.mul(255).round().int().tolist()) == {1}
    assert torch.allclose(down * 128, blue * 255 - 2.25, atol=1e-4)
    assert torch.allclose(right * 128, green * 255 - 1.25, atol=1e-4)

    colours, codes = clouds.environment[0, :, :3] * 255, clouds.environment[0, :, 5:]
    assert clouds.windows[0].tolist() == [1, 0, 3, 5]
    assert torch.equal(codes, torch.tensor(CATEGORY_CODES[0]).expand(300, 3))
    assert torch.allclose(clouds.environment[0, :, 3] * 128, colours[:, 0] - 2.25, atol=1e-4)


def test_only_neighbours_of_the_same_class_have_a_category():
    touching = INSTANCES.clone()
    touching[4, 4] = 2  # a foot of the pedestrian below car 3
    clouds = frame_clouds(image(), touching, LABELS, 1, 400, margin=1.0, generator=seeded())
    assert clouds.windows[2].tolist() == [2, 1, 6, 5]
    places = (clouds.environment[2, :, :2] * 255).round().long()
    neighbour = touching[places[:, 0], places[:, 1]]
    expected = torch.tensor(CATEGORY_CODES)[torch.where(neighbour == 1, 2, 0)]
    assert {0, 1, 2} == set(neighbour.tolist())
    assert torch.equal(clouds.environment[2, :, 5:], expected)


def test_what_is_not_there_is_zeros():
    clouds = frame_clouds(image(), INSTANCES, torch.tensor([0, 1, 0, 0]), 5, 5, generator=seeded())
    assert clouds.foreground[3].eq(0).all()
    assert clouds.environment[3].eq(0).all()
    assert clouds.environment[1].eq(0).all()  # a line of one pixel's width and three of height grows by nothing
    assert clouds.boxes[3].tolist() == [0, 0, 0, 0]


def test_a_frame_without_instances():
    nothing = frame_clouds(image(), torch.zeros(8, 8, dtype=torch.long), torch.zeros(0, dtype=torch.long), 5, 4)
    assert [tuple(part.shape) for part in nothing] == [(0, 5, 5), (0, 4, 8), (0, 4), (0, 4)]


def test_crops_give_the_points_of_the_frame():
    """Same numbers drawn, so the same pixels, from one buffer of crops as from the image."""
    frame = frame_clouds(image(), INSTANCES, LABELS, 50, 40, margin=0.5, generator=seeded())
    buffer, sizes, corners = [], [], []
    for instance, (x0, y0, x1, y1) in enumerate(frame.windows.tolist()):
        inside = INSTANCES[y0:y1, x0:x1]
        other = (inside > 0) & (LABELS[inside.clamp(min=1) - 1] == LABELS[instance])
        categories = torch.where(inside == instance + 1, 1, torch.where(other, 2, 0))
        crop = torch.cat([image()[:, y0:y1, x0:x1], categories[None].to(torch.uint8)])
        buffer.append(crop.flatten(1).T)
        sizes.append([y1 - y0, x1 - x0])
        corners.append([y0, x0])
    crops = crop_clouds(torch.cat(buffer), torch.tensor(sizes), torch.tensor(corners), 50, 40, generator=seeded())
    for from_frame, from_crops in zip(frame, crops, strict=True):
        assert torch.allclose(from_frame.double(), from_crops.double(), atol=1e-6)


def test_a_seed_gives_the_same_points_again():
    first, again = (frame_clouds(image(), INSTANCES, LABELS, 20, 20, generator=seeded()) for _ in range(2))
    other = frame_clouds(image(), INSTANCES, LABELS, 20, 20, generator=torch.Generator().manual_seed(1))
    assert torch.equal(first.foreground, again.foreground)
    assert torch.equal(first.environment, again.environment)
    assert not torch.equal(first.foreground, other.foreground)


def test_position_as_waves():
    """Centre x at wave 0 is sin(100 * 0.5); height + 1 at the last wave is cos(100 * 1.5 / 1000^(7/8))."""
    waves = embed_positions(torch.tensor([[0.25, 0.0, 0.75, 0.5]], dtype=torch.float64))
    assert waves.shape == (1, 64)
    expected = torch.tensor([50.0, 25 * 1000.0 ** (-1 / 8), 150.0, 150 * 1000.0 ** (-7 / 8)], dtype=torch.float64)
    assert waves[0, 0].item() == pytest.approx(expected[0].sin().item())
    assert waves[0, 9].item() == pytest.approx(expected[1].sin().item())
    assert waves[0, 32 + 16].item() == pytest.approx(expected[2].cos().item())
    assert waves[0, 63].item() == pytest.approx(expected[3].cos().item())
