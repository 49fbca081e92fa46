"""Who walks and drives where: paths drawn until the street is as busy as asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street.camera import Camera
from mots_plugin.toy_street.exact import on_grid
from mots_plugin.toy_street.surroundings import KERB, ROAD_HALF

CAR, PEDESTRIAN, IGNORE = 1, 2, 10
SMALLEST, LARGEST = 0.1, 2 / 3
"""Heights of scored objects as shares of the image height; smaller ones are ignore regions."""

_TRIES_PER_FRAME = 75
_PATIENCE = 60  # failures in a row before people may take a vehicle's place
_CAR_SHARE = 0.5
_CROSSING = 0.15  # share of the frames that two people are seen together in which one may cover the other
_PAVEMENT = (ROAD_HALF + 0.6, KERB - 0.4)


@dataclass(frozen=True)
class Path:
    """One actor's way through the scene.

    Attributes:
        kind: ``person``, ``cyclist``, ``car`` or ``van``.
        positions: ``(T, 3)`` world coordinates on the ground, metres.
        heading: ``(cosine, sine)`` of the driving direction, for vehicles.
        height: Metres; for cars the tallest there are.
    """

    kind: str
    positions: NDArray[np.float64]
    heading: tuple[float, float]
    height: float


# Half extents of each kind along and across its heading, metres.
_EXTENTS = {"person": (0.28, 0.28), "cyclist": (0.9, 0.9), "car": (2.3, 1.0), "van": (2.8, 1.1)}
_ARM = 0.4  # swinging limbs reach farther than the body
_HEIGHTS = {"cyclist": 1.75, "car": 1.7, "van": 2.3}


def populate(rng: np.random.Generator, camera: Camera, junctions: list[float], objects: float) -> list[Path]:
    """Draw paths until on average ``objects`` scored objects are in view, with bystanders to ignore among them."""
    paths: list[Path] = []
    boxes: list[tuple[NDArray[np.float64], float, float]] = []
    crowd: list[NDArray[np.float64]] = []
    in_view = {kind: np.zeros(len(camera.positions), np.int64) for kind in ("person", "car")}
    failures = 0
    for _ in range(_TRIES_PER_FRAME * len(camera.positions)):
        cars, total = in_view["car"], in_view["car"] + in_view["person"]
        if total.mean() >= objects:
            break
        want_vehicle = bool(cars.sum() < _CAR_SHARE * total.sum()) and failures < _PATIENCE
        quiet = np.flatnonzero((cars if want_vehicle else total) == (cars if want_vehicle else total).min())
        moment = int(quiet[rng.integers(len(quiet))])
        draw = _draw_vehicle if want_vehicle else _draw_people
        group = draw(rng, camera, junctions, moment)
        failures += 1
        views = [_in_view(camera, path) for path in group]
        if any(near for _, near in views) or not all(scored.any() for scored, _ in views):
            continue
        if any(_collides(path, boxes) for path in group):
            continue
        spans = [_span(camera, path, scored) for path, (scored, _) in zip(group, views, strict=True)]
        people = [span for span, path in zip(spans, group, strict=True) if path.kind == "person"]
        if any(_walk_in_front(span, other) for i, span in enumerate(people) for other in (*crowd, *people[:i])):
            continue
        failures = 0
        crowd += people
        for path, (scored, _) in zip(group, views, strict=True):
            paths.append(path)
            boxes.append((path.positions, *_half_extents(path)))
            if path.kind in in_view:
                in_view[path.kind] += scored
    return paths


def _span(camera: Camera, path: Path, scored: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Left and right edge of an actor's trunk in the picture, ``(T, 2)`` pixels; NaN where it is not scored."""
    screen = camera.project(path.positions)
    half = camera.focal * _EXTENTS[path.kind][0] / np.maximum(screen[:, 2], 1e-3)
    edges = np.stack([screen[:, 0] - half, screen[:, 0] + half], axis=1)
    return np.where(scored[:, None], edges, np.nan)


def _walk_in_front(span: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two people cover each other for long: they may cross, but not walk as one."""
    shared = np.minimum(span[:, 1], other[:, 1]) - np.maximum(span[:, 0], other[:, 0])
    narrower = np.minimum(span[:, 1] - span[:, 0], other[:, 1] - other[:, 0])
    both = ~np.isnan(shared)
    return bool(both.any() and (shared[both] > 0.2 * narrower[both]).mean() > _CROSSING)


def _half_extents(path: Path) -> tuple[float, float]:
    """Half extents along x and z."""
    along, across = _EXTENTS[path.kind]
    sideways = abs(path.heading[1]) > 0.5
    return (along, across) if sideways else (across, along)


def _in_view(camera: Camera, path: Path) -> tuple[NDArray[np.bool_], bool]:
    """Frames in which it shows at a scored size, and whether it ever comes too near while showing."""
    half_x, half_z = _half_extents(path)
    image_height, image_width = camera.image_shape
    radius = max(half_x, half_z)
    screen = camera.project(path.positions)
    depth = np.maximum(screen[:, 2], 1e-3)
    reach = camera.focal * (radius + _ARM) / depth
    showing = (screen[:, 2] > -radius) & (screen[:, 0] + reach > 0) & (screen[:, 0] - reach < image_width)
    showing |= np.abs(screen[:, 2]) < radius
    share = camera.focal * path.height / depth / image_height
    offset = np.abs(path.positions - camera.positions)
    crash = (offset[:, 0] < half_x + 1.2) & (offset[:, 2] < half_z + 2.0)
    front = half_z if path.kind in ("car", "van") else 0.0  # people are flat
    nearest = camera.focal * path.height / np.maximum(screen[:, 2] - front, 1e-3) / image_height
    near = bool((showing & (nearest > LARGEST)).any() or crash.any())
    centred = (screen[:, 0] > 0) & (screen[:, 0] < image_width)
    return showing & centred & (share >= SMALLEST) & (screen[:, 2] > 1.0), near


def _collides(path: Path, boxes: list[tuple[NDArray[np.float64], float, float]]) -> bool:
    half_x, half_z = _half_extents(path)
    person = path.kind == "person"
    for positions, other_x, other_z in boxes:
        if person and other_x < 0.5:
            continue  # pedestrians make way for each other
        gap = np.abs(path.positions - positions)
        if ((gap[:, 0] < half_x + other_x) & (gap[:, 2] < half_z + other_z)).any():
            return True
    return False


def _draw_people(rng: np.random.Generator, camera: Camera, junctions: list[float], moment: int) -> list[Path]:
    """One candidate, or a few who walk together, in view at the given frame."""
    choice = rng.random()
    if choice < 0.03:
        return [_cyclist(rng, camera, moment)]
    return (_strollers if choice < 0.75 else _crossers)(rng, camera, moment)


def _draw_vehicle(rng: np.random.Generator, camera: Camera, junctions: list[float], moment: int) -> list[Path]:
    """One candidate in view at the given frame."""
    kind = "van" if rng.random() < 0.1 else "car"
    choice = rng.random()
    if choice < 0.6:
        return [_parked(rng, camera, moment, kind)]
    if choice < 0.92:
        return [_traffic(rng, camera, moment, kind)]
    return [_side_traffic(rng, camera, junctions, moment, kind)]


def _line(moment: int, frames: int, place: tuple[float, float], speed: tuple[float, float]) -> NDArray[np.float64]:
    """Positions on a straight line through ``place`` (x, z) at the given frame, at ``speed`` metres a frame."""
    time = np.arange(frames) - moment
    return on_grid(np.stack([place[0] + speed[0] * time, np.zeros(frames), place[1] + speed[1] * time], axis=1))


def _distance(rng: np.random.Generator, nearest: float, farthest: float) -> float:
    """Metres ahead of the camera, more often near than far: people in the street fill more of a picture."""
    return nearest + (farthest - nearest) * rng.random() * rng.random()


def _together(rng: np.random.Generator, lead: NDArray[np.float64], along_x: bool) -> list[Path]:
    """The leader and up to two companions beside or behind."""
    size = int(rng.choice(3, p=(0.75, 0.2, 0.05))) + 1
    paths = []
    for member in range(size):
        gap = member * rng.uniform(1.1, 1.7)
        drift = rng.uniform(-0.25, 0.25)
        offset = (gap, 0.0, drift) if along_x or rng.random() < 0.6 else (drift, 0.0, gap)
        stature = rng.uniform(1.25, 1.4) if rng.random() < 0.1 else rng.uniform(1.55, 1.92)
        paths.append(Path("person", on_grid(lead + np.array(offset)), (1.0, 0.0), float(stature)))
    return paths


def _strollers(rng: np.random.Generator, camera: Camera, moment: int) -> list[Path]:
    """People on the pavement, walking along the street or standing."""
    side = 1.0 if rng.random() < 0.5 else -1.0
    place = (side * rng.uniform(*_PAVEMENT), camera.positions[moment, 2] + _distance(rng, 4.5, 12))
    speed = 0.0 if rng.random() < 0.2 else rng.uniform(0.06, 0.22) * (1 if rng.random() < 0.5 else -1)
    lead = _line(moment, len(camera.positions), place, (0.0, speed))
    return _together(rng, lead, along_x=False)


def _crossers(rng: np.random.Generator, camera: Camera, moment: int) -> list[Path]:
    """People who cross the street, and walk on along the pavement before and after."""
    frames = len(camera.positions)
    side = 1.0 if rng.random() < 0.5 else -1.0
    pace = rng.uniform(0.1, 0.3)
    x = rng.uniform(-5, 5)
    z = camera.positions[moment, 2] + _distance(rng, 3.8, 11)
    edge = rng.uniform(*_PAVEMENT)
    across = x - side * pace * (np.arange(frames) - moment)
    beyond = np.abs(across) - edge
    turn = 1.0 if rng.random() < 0.5 else -1.0
    lead = np.stack(
        [np.clip(across, -edge, edge), np.zeros(frames), z + turn * np.sign(-side * across) * np.maximum(beyond, 0)],
        axis=1,
    )
    return _together(rng, on_grid(lead), along_x=True)


def _cyclist(rng: np.random.Generator, camera: Camera, moment: int) -> Path:
    """Someone riding across in the distance; to be ignored."""
    place = (rng.uniform(-4, 4), camera.positions[moment, 2] + rng.uniform(7, 18))
    speed = rng.uniform(0.3, 0.6) * (1 if rng.random() < 0.5 else -1)
    return Path("cyclist", _line(moment, len(camera.positions), place, (speed, 0.0)), (1.0, 0.0), _HEIGHTS["cyclist"])


def _parked(rng: np.random.Generator, camera: Camera, moment: int, kind: str) -> Path:
    side = 1.0 if rng.random() < 0.5 else -1.0
    place = (side * (ROAD_HALF - 1.0), camera.positions[moment, 2] + _distance(rng, 5, 17))
    return Path(kind, _line(moment, len(camera.positions), place, (0.0, 0.0)), (side, 0.0), _HEIGHTS[kind])


def _traffic(rng: np.random.Generator, camera: Camera, moment: int, kind: str) -> Path:
    """A vehicle ahead in the camera's lane, or one that comes the other way."""
    frames = len(camera.positions)
    ahead = camera.positions[moment, 2] + _distance(rng, 7, 20)
    if rng.random() < 0.55:
        pace = (camera.positions[-1, 2] - camera.positions[0, 2]) / max(frames - 1, 1)
        speed = pace + rng.uniform(-0.1, 0.25)
        return Path(kind, _line(moment, frames, (1.9, ahead), (0.0, speed)), (1.0, 0.0), _HEIGHTS[kind])
    return Path(kind, _line(moment, frames, (-1.9, ahead), (0.0, -rng.uniform(0.25, 0.8))), (-1.0, 0.0), _HEIGHTS[kind])


def _side_traffic(rng: np.random.Generator, camera: Camera, junctions: list[float], moment: int, kind: str) -> Path:
    """A vehicle that crosses at a junction."""
    here = camera.positions[moment, 2]
    ahead = [z for z in junctions if 6 < z - here < 22]
    middle = ahead[rng.integers(len(ahead))] if ahead else here + 1e3
    direction = 1.0 if rng.random() < 0.5 else -1.0
    place = (rng.uniform(-6, 6), middle + 1.9 * direction)
    speed = direction * rng.uniform(0.35, 0.9)
    return Path(kind, _line(moment, len(camera.positions), place, (speed, 0.0)), (0.0, direction), _HEIGHTS[kind])
