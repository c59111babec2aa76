"""Charts of columns, drawn by the server as SVG (docs/decisions/0017): what stands where."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

MOST_TICKS = 7
"""As many dates as stand side by side on a phone."""
_GRID_LINES = 4


@dataclass(frozen=True)
class Column:
    """`label` says it in full, `tick` under the axis."""

    label: str
    tick: str
    value: int


@dataclass(frozen=True)
class ColumnChart:
    """`grid` has the values at which lines are drawn, from 0 to the top of the drawing."""

    columns: Sequence[Column]
    grid: Sequence[int]

    @property
    def top(self) -> int:
        return self.grid[-1]

    @property
    def ticks(self) -> Sequence[tuple[float, str]]:
        """So many ticks as find room, and where: in percent of the width."""
        width = 100 / len(self.columns)
        every = -(-len(self.columns) // MOST_TICKS)
        return [
            ((place + 0.5) * width, self.columns[place].tick)
            for place in range(0, len(self.columns), every)
        ]


def column_chart(columns: Sequence[Column]) -> ColumnChart:
    """A chart of at least one column, from left to right."""
    return ColumnChart(columns, grid_up_to(max(column.value for column in columns)))


def grid_up_to(largest: int) -> Sequence[int]:
    """0 and up to four round numbers, the last not below `largest`; whole ones, for calls are."""
    steps = (digit * 10**power for power in itertools.count() for digit in (1, 2, 5))
    step = next(step for step in steps if step * _GRID_LINES >= largest)
    return range(0, step * max(1, -(-largest // step)) + 1, step)
