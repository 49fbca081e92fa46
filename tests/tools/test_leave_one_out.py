"""Table 6 of the MOTS paper whole, on rendered videos in the layout of MOTS20: four folds, scored as one."""

import json

import cv2
import pytest
from command_lines import ANY_CONFIDENCE, ROOT, python, run, succeed

from mots_plugin.formats import read_mots_txt, write_mots_txt

SEQUENCES = {"0000": "MOTS20-02", "0001": "MOTS20-05", "0002": "MOTS20-09", "0003": "MOTS20-11"}
FRAMES = 5


@pytest.fixture(scope="module")
def mots20(tmp_path_factory):
    """Four videos of 5 frames, 160x96: pedestrians and ignore regions, frames from 1, converted as README says."""
    rendered, root = tmp_path_factory.mktemp("rendered"), tmp_path_factory.mktemp("mots20")
    size = ["--sequences", "4", "--val-sequences", "1", "--frames", FRAMES, "--size", "160x96", "--workers", "1"]
    succeed(python("data_converters/toy_street.py", rendered, *size))
    for name, sequence in SEQUENCES.items():
        (root / sequence / "img1").mkdir(parents=True)
        for frame in range(FRAMES):
            image = cv2.imread(str(rendered / "training" / "image_02" / name / f"{frame:06d}.png"))
            cv2.imwrite(str(root / sequence / "img1" / f"{frame + 1:06d}.jpg"), image)
        masks = read_mots_txt(rendered / "instances_txt" / f"{name}.txt")
        masks = masks.select(masks.class_ids != 1)
        masks.frames[:] += 1
        write_mots_txt(root / sequence / "gt" / "gt.txt", masks)
        (root / sequence / "seqinfo.ini").write_text(
            f"[Sequence]\nname={sequence}\nimDir=img1\nframeRate=10\nseqLength={FRAMES}\n"
            "imWidth=160\nimHeight=96\nimExt=.jpg\n"
        )
    # The official sequences are longer: frames that are not there are left out.
    split = ["--split", "train", "--leave-out", "2", "5", "9", "11", "--no-strict", "--workers", "1"]
    succeed(python("data_converters/mots_challenge.py", root, root / "annotations", *split))
    return root


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A small network with a validation loop, as the config of table 6 has one; and the same for its mask head."""
    folder = tmp_path_factory.mktemp("configs")
    base = ROOT / "configs" / "track_rcnn" / "track_rcnn_tiny-fpn_800i_toy-street.py"
    (folder / "tiny.py").write_text(
        f"_base_ = [{str(base)!r}]\n"
        "val_cfg = dict(_delete_=True, type='ValLoop')\n"
        "val_dataloader = dict(_delete_=True, **_base_.test_dataloader)\n"
        "val_evaluator = dict(_delete_=True, **_base_.test_evaluator)\n"
    )
    (folder / "tiny_mask-rcnn.py").write_text("_base_ = ['tiny.py']\nmodel = dict(temporal=None)\n")
    return folder / "tiny"


def table6(mots20, folder, row, *arguments):
    return python("tools/reproduce.py", "mots/table6", "--root", mots20, "--folder", folder, "--rows", row, *arguments)


def scores_of(runs, step):
    (file,) = (runs / step).rglob("metrics.json")
    return json.loads(file.read_text())


def test_the_results_of_four_folds_are_scored_together(mots20, tmp_path):
    """What the networks found is put there: the ground truth itself, but in MOTS20-09, where they found nothing."""
    runs = tmp_path / "mots" / "mots_challenge"
    for fold, sequence in zip((2, 5, 9, 11), SEQUENCES.values(), strict=True):
        result = runs / "track_fold" / str(fold) / "seed_0"
        masks = read_mots_txt(mots20 / sequence / "gt" / "gt.txt")
        write_mots_txt(result / "tracks" / f"{sequence}.txt", masks.select((masks.class_ids == 2) & (fold != 9)))
        (result / "finished").touch()
    done = run(table6(mots20, tmp_path, "1"))
    assert done.returncode == 0, done.stderr[-2000:]
    scores = scores_of(runs, "score_tracks_of_folds")
    objects = {
        name: sequence["pedestrian"]["TP"] + sequence["pedestrian"]["FN"]
        for name, sequence in scores["sequences"].items()
    }
    assert sorted(objects) == list(SEQUENCES.values())
    found = 1 - objects["MOTS20-09"] / sum(objects.values())
    assert 0 < found < 1
    assert scores["pedestrian"]["sMOTSA"] == pytest.approx(found)
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("TrackR-CNN")]
    assert row.split()[1:4] == ["21.9", "35.3", "69.9"]
    assert row.split()[4:] == [f"{100 * found:.1f}", f"{100 * found:.1f}", "100.0", "1"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "step", "network", "found"),
    [
        ("1", "score_tracks_of_folds", "default", "track_fold"),
        ("6", "score_masks_of_folds", "mask-rcnn", "mask_head_fold"),
    ],
)
def test_every_sequence_is_found_by_a_network_that_has_seen_the_others(
    mots20, config, tmp_path, row, step, network, found
):
    """Four trainings of two steps: tracks of the row TrackR-CNN, masks of the row GT boxes (tight) + MG."""
    loaders = [f"{name}_dataloader" for name in ("train", "val", "test")]
    options = [f"{loader}.{option}" for loader in loaders for option in ("num_workers=0", "persistent_workers=False")]
    options += ["train_cfg.max_iters=2", "default_hooks.checkpoint.interval=2", "train_dataloader.batch_size=1"]
    values = [f"config={config}", "weights=iter_2.pth", f"options={' '.join([*options, *ANY_CONFIDENCE])}"]
    command = table6(mots20, tmp_path, row, "--set", *values)
    done = run(command, timeout=3600)
    assert done.returncode == 0, done.stderr[-4000:]
    runs = tmp_path / "mots" / "mots_challenge"
    trained = sorted(path.name for path in (runs / "train_fold").iterdir())
    assert trained == sorted(f"{network}+{fold}" for fold in (2, 5, 9, 11))
    results = {path.parents[2].name: path.stem for path in (runs / found).rglob("tracks/*.txt")}
    assert sorted(results.values()) == list(SEQUENCES.values())
    for folder, sequence in results.items():
        assert str(int(sequence[-2:])) in folder.split("+")
    scores = scores_of(runs, step)
    assert sorted(scores["sequences"]) == list(SEQUENCES.values())
    for count in ("TP", "FP", "FN"):
        parts = [sequence["pedestrian"][count] for sequence in scores["sequences"].values()]
        assert scores["pedestrian"][count] == sum(parts)
    assert done.stdout.splitlines()[-3].endswith(" 1")
    assert run([*command, "--dry-run"]).stderr == ""
