"""Figures as shapes: columns, their ground, their highest line, their labels."""

import pytest

from automation import charts


def test_columns_fill_the_drawing_and_stand_on_its_ground():
    chart = charts.columns([("a", {"good": 3, "bad": 1}), ("b", {"good": 0, "bad": 0})])
    first, second = chart.columns
    assert [part.name for part in first.parts] == ["good", "bad"]
    assert first.parts[0].y + first.parts[0].height == 100
    assert first.parts[1].y == 0
    assert second.parts == ()
    assert [value for value, _ in chart.ticks] == [0, 2, 4]


@pytest.mark.parametrize("most, top", [(0, 2), (1, 2), (3, 4), (10, 10), (99, 100), (101, 120), (4321, 4400)])
def test_the_highest_line_is_an_even_round_number(most, top):
    assert charts.columns([("a", {"good": most})]).ticks[-1] == (top, 0)


def test_few_labels_stand_below_many_columns():
    chart = charts.columns([(day, {"good": 1}) for day in range(31)])
    assert sum(column.is_labelled for column in chart.columns) == 8
