"""`python -m chaos.entry_points.simulator`."""

import sys

from simulator.__main__ import main

sys.exit(main([]))
