"""Networks in ONNX files compute what torch computes, and drive the tracker to the same tracks."""

import numpy as np
import onnx
import pytest
import torch
from thin_trackers import CONFIGS, film, jde, pointtrack, randomised, save, seeing_bright_blobs

from mots_plugin.apis import init_model, track_video
from mots_plugin.apis.onnx_export import export_onnx
from mots_plugin.export.networks import networks_of
from mots_plugin.export.session import OnnxSession
from mots_plugin.formats.errors import FormatError


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Return a function that exports a config with random weights once; it gives the folder and the checkpoint."""
    done = {}

    def export(make, prepare=lambda model: None):
        if make not in done:
            folder = tmp_path_factory.mktemp(make.__name__)
            model = randomised(make())
            prepare(model)
            checkpoint = save(model, folder / "weights.pth")
            files = export_onnx(make(), checkpoint, folder / "onnx")
            assert [file.path.stat().st_size > 4 * file.weights for file in files] == [True] * len(files)
            done[make] = folder / "onnx", checkpoint
        return done[make]

    return export


def assert_equal_to_torch(config, checkpoint, folder, inputs):
    """Compare every network on inputs of other sizes than it was exported with."""
    for name, network in networks_of(init_model(config, checkpoint, "cpu")).items():
        path = folder / f"{name}.onnx"
        session = OnnxSession(path, path.read_bytes(), network.outputs)
        for given in inputs[name]:
            with torch.no_grad():
                expected = network(*given)
            got = session(**dict(zip(network.inputs, given, strict=True)))
            for output, ours, theirs in zip(network.outputs, got, expected, strict=True):
                assert ours.shape == theirs.shape
                difference = (ours - theirs).abs().max().item() if theirs.numel() else 0.0
                print(f"{name} {tuple(given[0].shape)} {output}: {difference:.1e}")
                assert difference <= network.tolerance[output]


def images(*sizes):
    return [(torch.rand(size, generator=torch.Generator().manual_seed(7)),) for size in sizes]


def points(count, foreground, environment):
    generator = torch.Generator().manual_seed(count)
    shapes = (count, foreground, 5), (count, environment, 8), (count, 64)
    return tuple(torch.rand(shape, generator=generator) * 2 - 1 for shape in shapes)


def tracks_of(model, folder):
    return [
        (frame.ids.tolist(), frame.labels.tolist(), frame.boxes, frame.scores, frame.masks)
        for frame in track_video(model, folder)
    ]


def assert_same_tracks(found, expected):
    assert len(found) == len(expected) == 3
    for (ids, labels, boxes, scores, masks), other in zip(found, expected, strict=True):
        assert (ids, labels, masks) == (other[0], other[1], other[4])
        np.testing.assert_allclose(boxes, other[2], atol=1e-3)
        np.testing.assert_allclose(scores, other[3], atol=1e-5)


class TestJDE:
    def test_boxes_scores_and_embeddings_are_those_of_torch(self, exported):
        folder, checkpoint = exported(jde)
        sizes = (1, 3, 32, 64), (4, 3, 64, 32), (2, 3, 96, 128)
        assert_equal_to_torch(jde(), checkpoint, folder, {"detector": images(*sizes)})

    def test_tracks_are_those_of_torch(self, exported, tmp_path):
        folder, checkpoint = exported(jde)
        expected = tracks_of(init_model(jde(), checkpoint, "cpu"), film(tmp_path / "film"))
        assert [len(ids) for ids, *_ in expected][-1] > 5
        assert_same_tracks(tracks_of(init_model(jde(), folder), tmp_path / "film"), expected)

    def test_the_file_says_what_goes_in_and_out(self, exported):
        model = onnx.load(exported(jde)[0] / "detector.onnx")
        said = {entry.key: entry.value for entry in model.metadata_props}
        assert said["classes"] == "car, pedestrian"
        assert (said["channels"], said["mean"], said["std"]) == ("RGB", "0, 0, 0", "255, 255, 255")
        assert [(value.name, value.doc_string[:9]) for value in model.graph.output] == [
            ("boxes", "(B, P, 4)"),
            ("scores", "(B, P, C)"),
            ("embeddings", "(B, P / A"),
        ]

    def test_files_of_other_classes_are_refused(self, exported):
        config = jde()
        config.model.detector.bbox_head.update(num_classes=3, identity_counts=[0, 0, 0])
        with pytest.raises(FormatError, match=r"detector.onnx: tells 2 classes apart, the config 3; pass the config"):
            init_model(config, exported(jde)[0])

    def test_masks_are_not_left_out_silently(self, tmp_path):
        file = str(CONFIGS / "jde" / "jde_tiny_800i_toy-street_masks.py")
        checkpoint = save(init_model(file, device="cpu"), tmp_path / "weights.pth")
        with pytest.raises(FormatError, match="has a mask branch, which is not exported"):
            export_onnx(file, checkpoint, tmp_path / "onnx")
        assert not (tmp_path / "onnx").exists()


class TestPointTrack:
    def test_maps_and_embeddings_are_those_of_torch(self, exported):
        folder, checkpoint = exported(pointtrack, seeing_bright_blobs)
        inputs = {
            "segmenter": images((1, 3, 32, 64), (3, 3, 96, 32)),
            "embedding": [points(count, 16, 8) for count in (1, 2, 30, 0)],
        }
        assert_equal_to_torch(pointtrack(), checkpoint, folder, inputs)

    def test_tracks_are_those_of_torch(self, exported, tmp_path):
        """The film's size is no multiple of 32: it is padded, and cut, as torch does."""
        folder, checkpoint = exported(pointtrack, seeing_bright_blobs)
        expected = tracks_of(init_model(pointtrack(), checkpoint, "cpu"), film(tmp_path / "film"))
        assert [(ids, labels) for ids, labels, *_ in expected] == [([1, 2], [0, 1])] * 3
        assert_same_tracks(tracks_of(init_model(pointtrack(), folder), tmp_path / "film"), expected)

    def test_frames_without_objects(self, exported, tmp_path):
        folder, _ = exported(pointtrack, seeing_bright_blobs)
        config = pointtrack()
        for rule in config.model.networks[0].segmenter.head.clustering:
            rule.seed_threshold = 1.0
        found = tracks_of(init_model(config, folder), film(tmp_path / "film"))
        assert [ids for ids, *_ in found] == [[], [], []]

    def test_several_pairs_have_numbered_files(self):
        assert list(networks_of(init_model(pointtrack(pairs=2), device="cpu"))) == [
            "segmenter_0",
            "embedding_0",
            "segmenter_1",
            "embedding_1",
        ]


FULL = {
    "jde/jde_tiny_800i_toy-street.py": {"detector": images((1, 3, 96, 64), (3, 3, 64, 160))},
    "jde/jde_darknet53_30e_joint_576x320.py": {"detector": images((1, 3, 320, 576), (2, 3, 64, 96))},
    "pointtrack/pointtrack_tiny_toy-street.py": {
        "segmenter": images((1, 3, 96, 64), (3, 3, 64, 160)),
        "embedding": [points(count, 128, 64) for count in (1, 5)],
    },
    "pointtrack/pointtrack-pp_tiny_toy-street.py": {
        "segmenter": images((1, 3, 96, 64), (3, 3, 64, 160)),
        "embedding": [points(count, 128, 64) for count in (1, 5)],
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL)
def test_whole_networks_are_those_of_torch(name, tmp_path):
    file = str(CONFIGS / name)
    checkpoint = save(randomised(init_model(file, device="cpu").cfg), tmp_path / "weights.pth")
    export_onnx(file, checkpoint, tmp_path / "onnx")
    assert_equal_to_torch(file, checkpoint, tmp_path / "onnx", FULL[name])
