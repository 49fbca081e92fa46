from mots_plugin.evaluation.tables import format_summary
from mots_plugin.formats.text_table import format_table


def test_columns_are_aligned() -> None:
    assert format_table(["car", "TP"], [["all sequences", "3"], ["0002", "12345"]]).splitlines() == [
        "car               TP",
        "-------------  -----",
        "all sequences      3",
        "0002           12345",
    ]


def test_fractions_are_percent_with_one_decimal_and_counts_are_whole() -> None:
    row = {"sMOTSA": 0.71449, "IDSW": 12}
    summary = {"car": row, "all": row, "sequences": {"0002": {"car": {"sMOTSA": -1.0, "IDSW": 0}, "all": row}}}
    assert format_summary(summary, ["sMOTSA", "IDSW"]).splitlines() == [
        "car            sMOTSA  IDS",
        "-------------  ------  ---",
        "all sequences    71.4   12",
        "0002           -100.0    0",
    ]


def test_several_classes_have_a_table_each_and_one_together() -> None:
    row = {"TP": 1}
    classes = {"car": row, "pedestrian": row, "all": row}
    text = format_summary({**classes, "sequences": {"0002": classes}}, ["TP"])
    assert [block.split()[0] for block in text.split("\n\n")] == ["car", "pedestrian", "all"]
