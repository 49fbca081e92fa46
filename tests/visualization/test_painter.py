import numpy as np

from mots_plugin.formats.rle import boxes, encode
from mots_plugin.structures import Frame, Tracks
from mots_plugin.visualization import TrackPainter, track_colours
from mots_plugin.visualization.painter import Trails

CLASSES = ("car", "pedestrian")


def disc(x: int, y: int) -> np.ndarray:
    rows, columns = np.mgrid[:180, :320]
    return (rows - y) ** 2 + (columns - x) ** 2 <= 20**2


def tracks(*objects: tuple[int, int, int], masks: bool = True) -> Tracks:
    """Tracks from (id, x, y) of discs."""
    codes = [encode(disc(x, y)) for _, x, y in objects]
    return Tracks(
        ids=np.array([track_id for track_id, _, _ in objects], np.int64),
        boxes=boxes(codes),
        scores=np.full(len(objects), 0.9, np.float32),
        labels=np.zeros(len(objects), np.int64),
        masks=codes if masks else None,
    )


def paint(painter: TrackPainter, found: Tracks, index: int = 0) -> np.ndarray:
    image = np.full((180, 320, 3), 100, np.uint8)
    picture = painter.paint(image, found, Frame(index, (180, 320)), CLASSES)
    assert (image == 100).all()
    return picture


def test_small_images_are_enlarged_and_large_ones_kept():
    assert paint(TrackPainter(min_width=640), tracks()).shape == (360, 640, 3)
    assert paint(TrackPainter(min_width=100), tracks()).shape == (180, 320, 3)


def test_an_identity_keeps_its_colour_wherever_it_is_and_whoever_else_is_there():
    alone = paint(TrackPainter(min_width=0, trail_length=0), tracks((7, 100, 100)))
    among = paint(TrackPainter(min_width=0, trail_length=0), tracks((3, 200, 100), (7, 60, 120)))
    tint = np.round(0.55 * 100 + 0.45 * track_colours(np.array([7]))[0])
    assert np.abs(alone[110, 100] - tint).max() <= 1
    assert np.abs(among[130, 60] - tint).max() <= 1
    assert np.abs(among[110, 200] - tint).max() > 20


def test_tracks_without_masks_get_boxes():
    picture = paint(TrackPainter(min_width=0, trail_length=0), tracks((1, 100, 100), masks=False))
    assert (picture[120, 85:115] == track_colours(np.array([1]))[0]).all()  # bottom edge
    assert (picture[100, 100] == 100).all()


def test_trail_follows_a_track_and_ends_with_the_video():
    painter = TrackPainter(min_width=0, trail_length=5)
    paint(painter, tracks((1, 60, 100)), 0)
    moved = paint(painter, tracks((1, 160, 100)), 1)
    assert np.abs(moved[100, 70:130] - track_colours(np.array([1]))[0].astype(int)).max() <= 20  # antialiased
    fresh = paint(painter, tracks((1, 160, 100)), 0)
    assert (fresh[100, 70:130] == 100).all()


def test_trails_remember_a_bounded_number_of_frames():
    trails = Trails(length=3)
    for x in range(10):
        trails.update(np.array([4]), np.array([[x, 0, x + 2, 4]], np.float32))
    assert trails.of(4).tolist() == [[8, 2], [9, 2], [10, 2]]
    assert trails.of(5).shape == (0, 2)


def test_trail_bridges_frames_in_which_the_track_was_not_seen():
    trails = Trails(length=3)
    trails.update(np.array([4]), np.array([[0, 0, 2, 2]], np.float32))
    trails.update(np.zeros(0, np.int64), np.zeros((0, 4), np.float32))
    trails.update(np.array([4]), np.array([[4, 0, 6, 2]], np.float32))
    assert trails.of(4).tolist() == [[1, 1], [5, 1]]


def test_title_shows_even_without_tracks():
    blank = paint(TrackPainter(min_width=0), tracks())
    assert (blank[0, 0] == 24).all()
    assert (blank[100:] == 100).all()
