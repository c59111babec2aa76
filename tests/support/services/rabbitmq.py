"""A RabbitMQ node of our own, with its own Erlang port mapper, cookie and files."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from pathlib import Path

from tests.support.services.processes import (
    ServerProcess,
    accepts_connections,
    find_program,
    free_port,
)

# Debian's wrappers in /usr/sbin insist on the user rabbitmq and its home; these do not.
SCRIPTS = "/usr/lib/rabbitmq/bin"
LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"


class RabbitMQ:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._port, mapper_port = free_port(), free_port()
        cookie = folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        self._env = {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tests-{os.getpid()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": LOOPBACK_ONLY,
            "RABBITMQ_CTL_ERL_ARGS": LOOPBACK_ONLY,
        }
        # Started by us in the foreground: the one that Erlang would start stays behind for ever.
        self._mapper = ServerProcess(
            [find_program("epmd"), "-port", str(mapper_port), "-address", "127.0.0.1"],
            log=folder.parent / "epmd.log",
        )
        self._mapper.wait_until(lambda: accepts_connections(mapper_port))
        self._log = folder.parent / "rabbitmq.log"
        try:
            self.start()
        except BaseException:
            self._mapper.stop(signal.SIGKILL)
            raise
        self.address = {"port": str(self._port)}

    def start(self) -> None:
        """Also again, after `kill`."""
        self._node = ServerProcess(
            [os.path.join(SCRIPTS, "rabbitmq-server")], log=self._log, env=self._env
        )
        self._node.wait_until(lambda: accepts_connections(self._port))

    def kill(self) -> None:
        self._node.kill()

    def stop(self) -> None:
        self._node.stop(signal.SIGKILL)  # asked politely it takes 20 s, and nothing is to be kept
        self._mapper.stop(signal.SIGKILL)

    def new_virtual_host(self) -> dict[str, str]:
        """The address of a virtual host without a queue in it."""
        name = f"test-{secrets.token_hex(4)}"
        self._control("add_vhost", name)
        self._control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        return {"url": f"amqp://guest:guest@127.0.0.1:{self._port}/{name}"}

    def _control(self, *arguments: str) -> None:
        subprocess.run(
            [os.path.join(SCRIPTS, "rabbitmqctl"), "--quiet", *arguments],
            env={**os.environ, **self._env},
            stdin=subprocess.DEVNULL,
            check=True,
        )
