import logging
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmdet.registry import HOOKS, VISUALIZERS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData
from mmengine.visualization import LocalVisBackend, Visualizer

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import boxes, encode
from mots_plugin.visualization import MOTSVisualizationHook, MOTSVisualizer, track_colours


@pytest.fixture
def runner(tmp_path):
    """What the hook sees of a runner."""
    dataset = SimpleNamespace(metainfo={"classes": ("car", "pedestrian")})
    return SimpleNamespace(
        visualizer=MOTSVisualizer(name="hook-test", min_width=64),
        test_dataloader=SimpleNamespace(dataset=dataset),
        work_dir=str(tmp_path / "work"),
        cfg=SimpleNamespace(filename="street.py"),
        logger=logging.getLogger("hook-test"),
    )


def tracked_frame(folder, video: str, index: int) -> DetDataSample:
    """A grey 48x64 frame with track 5 on its lower half."""
    path = folder / f"{video}-{index}.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), 100, np.uint8))
    mask = np.zeros((48, 64), bool)
    mask[24:, 4:60] = True
    codes = [encode(mask)]
    sample = DetDataSample(
        metainfo={"img_path": str(path), "video_name": video, "frame_id": index, "frame_number": index + 1}
    )
    sample.pred_track_instances = InstanceData(
        instances_id=np.array([5]),
        bboxes=boxes(codes),
        scores=np.array([0.8], np.float32),
        labels=np.array([1]),
        masks=codes,
    )
    return sample


def run(hook, runner, *batches):
    """Each batch is the list of frames that one step has finished."""
    hook.before_test_epoch(runner)
    for step, frames in enumerate(batches):
        output = TrackDataSample()
        output.set_field(frames, "_video_data_samples", dtype=list)  # the property refuses an empty list
        hook.after_test_iter(runner, step, None, [output])
    hook.after_test_epoch(runner)


def files_below(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def count_frames(path) -> int:
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    return count


def test_every_finished_frame_is_drawn_however_many_come_at_once(tmp_path, runner):
    a = [tracked_frame(tmp_path, "a", index) for index in range(3)]
    b = [tracked_frame(tmp_path, "b", index) for index in range(2)]
    show = tmp_path / "show"
    hook = HOOKS.build({"type": "MOTSVisualizationHook", "draw": True, "show_dir": str(show)})
    run(hook, runner, [], [a[0]], [a[1], a[2]], [], [b[0], b[1]])
    assert files_below(show) == [
        "a.mp4", "a/000001.png", "a/000002.png", "a/000003.png", "b.mp4", "b/000001.png", "b/000002.png",
    ]  # fmt: skip
    assert (count_frames(show / "a.mp4"), count_frames(show / "b.mp4")) == (3, 2)
    picture = cv2.imread(str(show / "a" / "000001.png"))[..., ::-1]
    tint = np.round(0.55 * 100 + 0.45 * track_colours(np.array([5]))[0])
    assert np.abs(picture[44, 8] - tint).max() <= 1


def test_images_and_videos_can_be_switched_off(tmp_path, runner):
    frames = [tracked_frame(tmp_path, "a", index) for index in range(2)]
    run(MOTSVisualizationHook(draw=True, show_dir=str(tmp_path / "v"), images=False), runner, frames)
    run(MOTSVisualizationHook(draw=True, show_dir=str(tmp_path / "i"), video=False), runner, frames)
    assert files_below(tmp_path / "v") == ["a.mp4"]
    assert files_below(tmp_path / "i") == ["a/000001.png", "a/000002.png"]


def test_pictures_go_to_the_work_dir_when_no_folder_is_given(tmp_path, runner):
    run(MOTSVisualizationHook(draw=True, video=False), runner, [tracked_frame(tmp_path, "a", 0)])
    assert files_below(tmp_path / "work") == ["visualization/a/000001.png"]


def test_nothing_happens_unless_enabled(tmp_path, runner):
    run(MOTSVisualizationHook(show_dir=str(tmp_path / "show")), runner, [tracked_frame(tmp_path, "a", 0)])
    assert not (tmp_path / "show").exists()


def test_another_visualiser_is_refused_before_the_model_runs(runner):
    runner.visualizer = Visualizer(name="other")
    with pytest.raises(FormatError, match=r"street\.py: .* cannot draw with a Visualizer; set visualizer"):
        MOTSVisualizationHook(draw=True).before_test_epoch(runner)


def test_unreadable_image_is_named(tmp_path, runner):
    frame = tracked_frame(tmp_path, "a", 0)
    (tmp_path / "a-0.png").write_bytes(b"no image")
    with pytest.raises(FormatError, match=r"a-0\.png: cannot be read as an image"):
        run(MOTSVisualizationHook(draw=True), runner, [frame])


def test_visualiser_builds_from_a_config_and_feeds_its_backends(tmp_path):
    visualizer = VISUALIZERS.build(
        {
            "type": "MOTSVisualizer",
            "name": "backend-test",
            "vis_backends": [{"type": "LocalVisBackend"}],
            "save_dir": str(tmp_path),
            "min_width": 64,
        }
    )
    visualizer.dataset_meta = {"classes": ("car", "pedestrian")}
    assert isinstance(visualizer.get_backend("LocalVisBackend"), LocalVisBackend)
    image = np.full((48, 64, 3), 100, np.uint8)
    visualizer.add_datasample("frame", image, tracked_frame(tmp_path, "a", 0), step=7)
    written = cv2.imread(str(tmp_path / "vis_data" / "vis_image" / "frame_7.png"))
    assert written.shape == (48, 64, 3)
    assert not (written == 100).all()


def test_images_of_a_network_without_tracker_are_drawn_too(runner, tmp_path):
    """Detections are tensors there, and a batch holds images, not videos; each is numbered from 1, and no trails."""
    images = []
    for index, shift in ((0, -30.0), (1, 0.0)):
        frame = tracked_frame(tmp_path, "a", index)
        found = frame.pred_track_instances
        image = DetDataSample(metainfo=frame.metainfo)
        image.pred_instances = InstanceData(
            bboxes=torch.from_numpy(found.bboxes + shift),
            scores=torch.from_numpy(found.scores),
            labels=torch.from_numpy(found.labels),
            masks=found.masks,
        )
        images.append(image)
    hook = MOTSVisualizationHook(draw=True, show_dir=str(tmp_path / "show"), video=False)
    hook.before_test_epoch(runner)
    hook.after_test_iter(runner, 0, None, images)
    picture = cv2.imread(str(tmp_path / "show" / "a" / "000002.png"))[..., ::-1]
    tint = np.round(0.55 * 100 + 0.45 * track_colours(np.array([1]))[0])
    assert np.abs(picture[44, 8] - tint).max() <= 1
    assert np.abs(picture[30, 26] - tint).max() <= 1  # a trail from one centre, (2, 6), to the other, (32, 36)
