from mots_plugin.formats.splits import SPLITS


def test_lengths_of_the_box_splits() -> None:
    """As the benchmarks' own pages count them."""
    frames = {
        name: sum((entry.last_frame or 0) - (entry.first_frame or 0) + 1 for entry in split)
        for name, split in SPLITS.items()
    }
    assert (frames["mot15_train"], len(SPLITS["mot15_train"])) == (5500, 11)
    assert (frames["mot16_train"], len(SPLITS["mot16_train"])) == (5316, 7)
    assert (frames["mot17_train"], len(SPLITS["mot17_train"])) == (15948, 21)
    assert (frames["mot17_train_frcnn"], len(SPLITS["mot17_train_frcnn"])) == (5316, 7)
    assert (frames["mot20_train"], len(SPLITS["mot20_train"])) == (8931, 4)
    assert (frames["kitti_tracking_train"], len(SPLITS["kitti_tracking_train"])) == (8008, 21)


def test_kitti_tracking_is_what_kitti_mots_divides() -> None:
    assert [entry.name for entry in SPLITS["kitti_tracking_train"]] == [f"{number:04d}" for number in range(21)]
