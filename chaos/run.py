"""`python -m chaos.run --calls 10000 --kills 100`: exit status 0 if no SMS is lost, doubled or
stuck."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import requests

from chaos.callers import AT_ONCE, PlacedCall, place_call
from chaos.kills import Killer
from chaos.parts import Parts, start_everything
from chaos.reconcile import Findings, open_messages, reconcile
from tests.support.plugin_services import plain_url

SETTLED_WITHIN_S = 3600
QUIET_S = 15
"""After the last message settled: a second SMS would come now."""


def run(*, calls: int, kills: int, seed: int, folder: Path) -> Findings:
    """Everything from start to end; logs of all programs are left in `folder`."""
    with ExitStack() as stack:
        parts = start_everything(folder, stack)
        began = time.monotonic()
        placed, killer = _make_calls(parts, calls=calls, kills=kills, seed=seed)
        print(f"  {len(placed)} calls in {time.monotonic() - began:.0f} s", flush=True)
        _wait_until_settled(parts, placed)
        sent = requests.get(f"{parts.simulator_url}/messages", timeout=60).json()["messages"]
        findings = reconcile(plain_url(parts.database_url), placed, sent)
        findings.counts |= {f"killed: {name}": count for name, count in killer.killed.items()}
        return findings


def _make_calls(
    parts: Parts, *, calls: int, kills: int, seed: int
) -> tuple[list[PlacedCall], Killer]:
    killer = Killer(parts.killable, kills=kills, calls=calls, seed=seed)

    def one(index: int) -> PlacedCall:
        killer.call_begins()
        return place_call(parts.simulator_url, index, seed)

    thread = threading.Thread(target=killer.run, name="killer")
    thread.start()
    with ThreadPoolExecutor(AT_ONCE) as callers:
        placed = list(callers.map(one, range(calls)))
    thread.join()
    if killer.failure is not None:
        raise killer.failure
    return placed, killer


def _wait_until_settled(parts: Parts, calls: Sequence[PlacedCall]) -> None:
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while (left := open_messages(plain_url(parts.database_url), calls)) and (
        time.monotonic() < deadline
    ):
        print(f"  {left} messages on their way", flush=True)
        time.sleep(5)
    time.sleep(QUIET_S)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos.run", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # all that was started ends with us
    folder = Path(tempfile.mkdtemp(prefix="todoku-chaos-"))
    folder.chmod(0o755)  # the user postgres has to get to its files in it
    print(f"{options.calls} calls, {options.kills} kills, seed {options.seed}; logs in {folder}")
    findings = run(calls=options.calls, kills=options.kills, seed=options.seed, folder=folder)
    print("\n".join(findings.lines()))
    if findings.is_clean:
        shutil.rmtree(folder)
        print("Nothing lost, nothing doubled, nothing stuck.")
        return 0
    print(f"FAILED: see above, and the logs in {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
