"""The geometry of the charts."""

import pytest

from app.portal.charts import MOST_TICKS, Column, column_chart, grid_up_to


@pytest.mark.parametrize(
    ("largest", "grid"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 2, 4, 6]),
        (9, [0, 5, 10]),
        (60, [0, 20, 40, 60]),
        (101, [0, 50, 100, 150]),
        (1_234_567, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_the_grid_has_round_whole_numbers(largest: int, grid: list[int]) -> None:
    assert list(grid_up_to(largest)) == grid


@pytest.mark.parametrize("count", [1, 7, 8, 31, 92])
def test_ticks_stand_under_their_columns_and_find_room(count: int) -> None:
    chart = column_chart([Column(f"day {n}", f"{n}", n) for n in range(count)])
    assert chart.top >= count - 1
    assert 1 <= len(chart.ticks) <= MOST_TICKS
    for x, tick in chart.ticks:
        assert x == pytest.approx((int(tick) + 0.5) * 100 / count)
    assert chart.ticks[0][1] == "0"
