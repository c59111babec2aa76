"""The programs as they are, with a fast clock: it is set before they are imported."""

from chaos import fast_clock

fast_clock.set_clocks()
