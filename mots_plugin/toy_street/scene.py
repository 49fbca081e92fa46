"""A whole scene from a seed: camera, bodies, textures."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street import people, textures, vehicles
from mots_plugin.toy_street.atlas import AtlasBuilder
from mots_plugin.toy_street.camera import Camera, drive
from mots_plugin.toy_street.exact import on_grid, sine
from mots_plugin.toy_street.population import CAR, IGNORE, PEDESTRIAN, Path, populate
from mots_plugin.toy_street.shapes import Blueprint, Body, FaceTable, rectangle, tabulate
from mots_plugin.toy_street.surroundings import draw_surroundings

_LOOKALIKE = 0.35
_MOST_LOOKS = 80  # of each kind; bounds the texture atlas of a long video


@dataclass(frozen=True)
class StreetSettings:
    """What a rendered data set depends on, apart from the number of sequences.

    Attributes:
        frames: Frames a sequence.
        width: Image width, pixels.
        height: Image height, pixels.
        objects: Average number of cars and pedestrians in view, before occlusion.
        seed: Seed of the data set; sequence ``n`` depends on the seed and on ``n`` only.
    """

    frames: int = 40
    width: int = 416
    height: int = 192
    objects: float = 6.5
    seed: int = 0

    def __post_init__(self) -> None:
        sizes = (64, 8192)
        limits = {"frames": (1, 2000), "width": sizes, "height": sizes, "objects": (0, 40), "seed": (0, 2**63)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} is {value}; choose {low} to {high}")

    def as_dict(self) -> dict[str, float]:
        """Settings by name, for a json file."""
        return asdict(self)


@dataclass(frozen=True)
class Scene:
    """A scene, ready to be rendered frame by frame.

    Attributes:
        camera: Its path.
        bodies: Everything in it.
        faces: Their surfaces.
        positions: ``(T, B, 3)`` positions of the bodies.
        headings: ``(T, B, 2)`` cosine and sine of their headings.
        atlas: All textures and their mipmaps.
        level_starts: First row of each mipmap level in the atlas.
        grain: ``(height + 64, width + 64, 3)`` int16 sensor noise, shifted from frame to frame.
        grain_offsets: ``(T, 2)`` shift of the noise.
    """

    camera: Camera
    bodies: list[Body]
    faces: FaceTable
    positions: NDArray[np.float64]
    headings: NDArray[np.float64]
    atlas: NDArray[np.uint8]
    level_starts: NDArray[np.int64]
    grain: NDArray[np.int16]
    grain_offsets: NDArray[np.int64]


def build_scene(settings: StreetSettings, sequence: int) -> Scene:
    """Draw the scene of one sequence; the same bits for the same settings and number, on any machine."""
    seed = np.random.SeedSequence(settings.seed, spawn_key=(sequence,))
    rng = np.random.Generator(np.random.PCG64(seed))
    frames, shape = settings.frames, (settings.height, settings.width)
    camera = drive(rng, frames, shape)
    atlas = AtlasBuilder()
    bodies, junctions = draw_surroundings(rng, atlas, frames, float(camera.positions[-1, 2]))
    paths = populate(rng, camera, junctions, settings.objects)
    bodies += _embody(rng, atlas, camera, paths)
    texture, level_starts = atlas.build()
    grain = textures.noise(rng, shape[0] + 64, (shape[1] + 64) * 3, 1).reshape(shape[0] + 64, shape[1] + 64, 3)
    return Scene(
        camera=camera,
        bodies=bodies,
        faces=tabulate(bodies, frames),
        positions=np.stack([body.positions for body in bodies], axis=1),
        headings=np.stack([body.headings for body in bodies], axis=1),
        atlas=_expose(rng, texture),
        level_starts=level_starts,
        grain=grain >> 4,
        grain_offsets=rng.integers(0, 64, (frames, 2)),
    )


def _expose(rng: np.random.Generator, texture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Light of the day: gain and tint of the whole sequence."""
    gains = rng.uniform(0.78, 1.08) * rng.uniform(0.95, 1.05, 3)
    scaled = texture.astype(np.int32) * np.rint(gains * 256).astype(np.int32) >> 8
    return np.clip(scaled, 0, 255).astype(np.uint8)


def _embody(rng: np.random.Generator, atlas: AtlasBuilder, camera: Camera, paths: list[Path]) -> list[Body]:
    """Give every path a body; some look like one that came before."""
    looks: dict[str, list[Blueprint]] = {}
    counts = {CAR: 0, PEDESTRIAN: 0}
    bodies = []
    for path in paths:
        earlier = looks.setdefault(path.kind, [])
        if earlier and (rng.random() < _LOOKALIKE or len(earlier) >= _MOST_LOOKS):
            blueprint = earlier[rng.integers(len(earlier))]
        else:
            blueprint = _draw(rng, atlas, path.kind)
            earlier.append(blueprint)
        body = _walk(rng, camera, path, blueprint) if path.kind in ("person", "cyclist") else _roll(path, blueprint)
        body.class_id = {"person": PEDESTRIAN, "car": CAR}.get(path.kind, IGNORE)
        if body.class_id in counts:
            counts[body.class_id] += 1
            body.track_id = counts[body.class_id]
        body.height = blueprint.measures.get("height", path.height)
        bodies.append(body)
    return bodies


def _draw(rng: np.random.Generator, atlas: AtlasBuilder, kind: str) -> Blueprint:
    if kind == "person":
        return people.draw_person(rng, atlas)
    if kind == "cyclist":
        return people.draw_cyclist(rng, atlas)
    if kind == "van":
        return vehicles.draw_vehicle(rng, atlas, vehicles.VAN, -1)
    number = int(rng.integers(len(vehicles.CAR_PROFILES)))
    return vehicles.draw_vehicle(rng, atlas, vehicles.CAR_PROFILES[number], number)


def _walk(rng: np.random.Generator, camera: Camera, path: Path, looks: Blueprint) -> Body:
    """A flat figure, turned to the camera in every frame."""
    sight = path.positions - camera.positions
    distance = np.maximum(np.sqrt(sight[:, 0] * sight[:, 0] + sight[:, 2] * sight[:, 2]), 1e-3)
    steps = np.diff(path.positions, axis=0, prepend=path.positions[:1])
    phase = rng.uniform(0, 2 * np.pi)
    if path.kind == "cyclist":
        faces = people.cyclist_faces(looks, np.cumsum(steps[:, 0]))
        shadow = rectangle(-0.75, -0.2, 0.75, 0.2)
    else:
        faces = people.person_faces(looks, path.height, np.cumsum(np.abs(steps[:, 0]) + np.abs(steps[:, 2]) / 3), phase)
        shadow = rectangle(-0.3, -0.15, 0.3, 0.15)
    bob = 0.02 * sine(np.arange(len(steps)) * 1.9 + phase)
    positions = on_grid(path.positions + np.stack([0 * bob, bob - 0.02, 0 * bob], axis=1))
    headings = on_grid(np.stack([sight[:, 2] / distance, sight[:, 0] / distance], axis=1))
    return Body(faces, positions, headings, shadow=shadow)


def _roll(path: Path, looks: Blueprint) -> Body:
    steps = np.diff(path.positions, axis=0, prepend=path.positions[:1])
    travelled = np.cumsum(steps[:, 0] * path.heading[1] + steps[:, 2] * path.heading[0])
    headings = np.tile(path.heading, (len(steps), 1))
    number = int(looks.measures["profile"])
    profile = vehicles.VAN if number < 0 else vehicles.CAR_PROFILES[number]
    half_length, half_width = profile.length / 2 + 0.1, profile.width / 2 + 0.12
    shadow = rectangle(-half_width, -half_length, half_width, half_length)
    return Body(vehicles.vehicle_faces(looks, travelled), path.positions, headings, shadow=shadow)
