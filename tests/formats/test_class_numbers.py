"""Numbers of classes: those of MOTS stay, others come after them."""

import pytest

from mots_plugin.formats.class_numbers import class_id_of, number_classes
from mots_plugin.formats.errors import FormatError

MOTS = {1: "car", 2: "pedestrian", 10: "ignore"}


@pytest.mark.parametrize("found", [[], ["pedestrian"], ["car", "pedestrian", "ignore"]])
def test_cars_and_pedestrians_alone_have_the_table_of_mots(found):
    assert number_classes(found).names == MOTS


def test_others_are_numbered_from_three_in_their_order():
    numbers = number_classes(["dog", "pedestrian", "cow", "dog"])
    assert numbers.names == {2: "pedestrian", 3: "dog", 4: "cow", 10: "ignore"}
    assert numbers.ids == {"pedestrian": 2, "dog": 3, "cow": 4, "ignore": 10}


def test_ten_stays_that_of_ignore_regions():
    names = number_classes([f"animal{number}" for number in range(9)]).names
    assert list(names) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert (names[9], names[10], names[11]) == ("animal6", "ignore", "animal7")


def test_renamed_classes_are_known_by_both_names():
    numbers = number_classes(["person", "bicycle", "cow"], {"person": "pedestrian", "bicycle": "ignore"})
    assert numbers.names == {2: "pedestrian", 3: "cow", 10: "ignore"}
    assert (numbers.ids["person"], numbers.ids["pedestrian"], numbers.ids["bicycle"]) == (2, 2, 10)


def test_an_unknown_class_is_named_with_its_place():
    assert class_id_of("cow", "a.json", class_ids={"cow": 3}) == 3
    with pytest.raises(FormatError, match="a.json:shape 2: class 'dog' is unknown; use one of cow"):
        class_id_of("dog", "a.json", "shape 2", {"cow": 3})
