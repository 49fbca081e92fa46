"""TrackR-CNN's detection files: what is written comes back to the last bit, what is broken is named by line."""

import numpy as np
import pytest

from mots_plugin.formats.detections_txt import format_detections, read_detections_txt
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import encode

CAR, PEDESTRIAN = 1, 2
MASK = encode(np.eye(4, 5))
RLE = MASK["counts"].decode()


def written(folder, *lines: str):
    path = folder / "0002.txt"
    path.write_text("".join(line + "\n" for line in lines))
    return path


def test_a_line_as_the_official_files_have_it(tmp_path):
    path = written(tmp_path, f"0 1.5 2 3.25 4 0.75 1 4 5 {RLE} 0.5 -1e-3", f"2 0 0 5 4 0.5 2 4 5 {RLE} 2 3.25")

    found = read_detections_txt(path)

    assert found.frames.tolist() == [0, 2]
    assert found.boxes.tolist() == [[1.5, 2, 3.25, 4], [0, 0, 5, 4]]
    assert found.scores.tolist() == [0.75, 0.5]
    assert found.class_ids.tolist() == [CAR, PEDESTRIAN]
    assert found.masks == [MASK, MASK]
    assert found.embeddings.tolist() == [[0.5, np.float32(-1e-3)], [2, 3.25]]


def test_boxes_without_masks_with_and_without_embeddings(tmp_path):
    plain = read_detections_txt(written(tmp_path, "0 1 2 3 4 0.5 1"))
    assert (plain.masks, plain.embeddings, len(plain)) == (None, None, 1)
    # Whole numbers in place of height and width, and a number in place of the code, are embeddings.
    embedded = read_detections_txt(written(tmp_path, "0 1 2 3 4 0.5 1 4 5 6 7"))
    assert embedded.masks is None
    assert embedded.embeddings.tolist() == [[4, 5, 6, 7]]


def test_a_code_that_looks_like_a_number_is_a_code_if_it_covers_the_image(tmp_path):
    found = read_detections_txt(written(tmp_path, "0 0 0 2 2 0.5 1 2 2 13 0.25"))  # one pixel off, three on
    assert found.masks == [{"size": [2, 2], "counts": b"13"}]
    assert found.embeddings.tolist() == [[0.25]]


@pytest.mark.parametrize("masks", [True, False])
@pytest.mark.parametrize("dimensions", [0, 1, 128])
def test_what_is_written_is_read_to_the_last_bit(tmp_path, masks, dimensions):
    rng = np.random.default_rng(dimensions)
    frames = []
    for index in range(5):
        count = int(rng.integers(0, 6))
        numbers = rng.normal(0, 10.0 ** rng.integers(-8, 8, (count, 5 + dimensions))).astype(np.float32)
        codes = [encode(rng.random((30, 40)) < 0.3) for _ in range(count)] if masks else None
        embeddings = numbers[:, 5:] if dimensions else None
        frames.append((index, numbers[:, :4], numbers[:, 4], rng.integers(1, 3, count), codes, embeddings))

    found = read_detections_txt(written(tmp_path, *(line for frame in frames for line in format_detections(*frame))))

    assert found.frames.tolist() == [index for index, boxes, *_ in frames for _ in boxes]
    for column, name in enumerate(("boxes", "scores", "class_ids"), 1):
        np.testing.assert_array_equal(getattr(found, name), np.concatenate([frame[column] for frame in frames]))
    assert found.masks == ([code for frame in frames for code in frame[4]] if masks else None)
    if dimensions:
        np.testing.assert_array_equal(found.embeddings, np.concatenate([frame[5] for frame in frames]))
    else:
        assert found.embeddings is None


def test_an_empty_file_is_a_video_without_detections(tmp_path):
    assert len(read_detections_txt(written(tmp_path))) == 0
    assert len(read_detections_txt(written(tmp_path, "", "  "))) == 0


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"1 0 0 5 4 0.5 1 4 5 {RLE} 1", "11 fields where 12, as in the first line, are expected"),
        (f"1 0 0 5 4 0.5 1 4 5 {RLE} 1 x", "'x' is not a finite number"),
        (f"1 0 0 nan 4 0.5 1 4 5 {RLE} 1 1", "'nan' is not a finite number"),
        (f"1.5 0 0 5 4 0.5 1 4 5 {RLE} 1 1", "frame, class, height or width is not a whole number"),
        (f"1 0 0 5 4 0.5 10 4 5 {RLE} 1 1", "the class id is not 1 or 2"),
        (f"-1 0 0 5 4 0.5 1 4 5 {RLE} 1 1", "the frame is below 0"),
        (f"0 0 0 5 4 0.5 1 4 5 {RLE} 1 1", "the frame is earlier than that of the line before"),
        (f"1 0 0 5 4 0.5 1 4 5 {RLE[:-1]} 1 1", "run-length code"),
        (f"1 0 0 5 4 0.5 1 5 4 {RLE} 1 1", "image size 5 x 4 differs from 4 x 5 before"),
        (f"1 0 0 5 4 0.5 1 4 6 {RLE} 1 1", "run-length code covers 20 of the 24 pixels of 4 x 6"),
    ],
)
def test_what_is_broken_is_named_by_line(tmp_path, line, problem):
    good = f"1 0 0 5 4 0.5 1 4 5 {RLE} 1 1"
    path = written(tmp_path, good, "", line)
    with pytest.raises(FormatError, match="0002.txt:3: ") as raised:
        read_detections_txt(path)
    assert problem in str(raised.value)


def test_a_first_line_of_too_few_fields(tmp_path):
    with pytest.raises(FormatError, match="0002.txt:1: 6 fields where at least 7 are expected"):
        read_detections_txt(written(tmp_path, "0 1 2 3 4 0.5"))


def test_classes_of_ones_own_are_known_where_they_are_named(tmp_path):
    path = written(tmp_path, "0 1 2 3 4 0.5 2", "0 1 2 3 4 0.5 7")
    message = "0002.txt:2: the class id is not 1 or 2; use 1 for car, 2 for pedestrian"
    with pytest.raises(FormatError, match=message):
        read_detections_txt(path)
    assert read_detections_txt(path, {"cow": 7, "ignore": 10}).class_ids.tolist() == [PEDESTRIAN, 7]
    with pytest.raises(FormatError, match="not 1 or 2 or 3; use 1 for car, 2 for pedestrian, 3 for goat"):
        read_detections_txt(path, {"goat": 3})
