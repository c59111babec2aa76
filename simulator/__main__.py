"""``python -m simulator`` serves; ``python -m simulator call`` places a call through it."""

import argparse
import os
import sys

from simulator.cli import add_call_arguments, place_call
from simulator.server import serve
from simulator.settings import Settings, SettingsError


def main(arguments: list[str]) -> int:
    """Exit status: 0 fine, 1 the call went wrong, 2 wrong settings or arguments, 3 no simulator."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="serve the simulator (also without a command)")
    add_call_arguments(commands.add_parser("call", help="place one call and print what is heard"))
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    if options.command == "call":
        return place_call(options, settings.port)
    # gunicorn reads the command line by itself: leave it nothing to misread
    sys.argv = sys.argv[:1]
    serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
