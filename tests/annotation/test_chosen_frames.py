"""Which frames a person is asked to annotate."""

import numpy as np
import pytest

from mots_plugin.annotation.chosen_frames import spread_over_track


@pytest.mark.parametrize(
    ("frames", "count", "chosen"),
    [
        (range(8), 2, [2, 6]),
        (range(8), 1, [4]),
        ([3, 4, 9], 2, [3, 9]),
        ([3, 4], 2, [3, 4]),
        ([3], 2, [3]),
        (range(10, 22), 3, [12, 16, 20]),
    ],
)
def test_chosen_frames_are_spread_over_the_track(frames, count, chosen):
    assert spread_over_track(np.array(frames), count).tolist() == chosen
