"""PostgreSQL as it comes (with fsync), RabbitMQ, Redis, and programs served by one gunicorn."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.parts import ROOT, Program, inherited
from run import gunicorn_command
from tests.support.services.postgresql import PostgreSQL
from tests.support.services.processes import free_port
from tests.support.services.rabbitmq import RabbitMQ
from tests.support.services.redis import Redis

AS_IT_COMES = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}
NO_LIMITS = {
    "SMS_PER_RECIPIENT_PER_DAY": "1000000",
    "SMS_PER_CALLER_PER_DAY": "1000000",
    "SMS_PER_SECOND": "100000",
    "API_REQUESTS_PER_5_S": "1000000",
}


@dataclass
class Bench:
    """A migrated database with the demo's numbers, a broker, and what is started on them."""

    folder: Path
    database_url: str
    environment: dict[str, str]
    floor_broker_url: str
    stack: ExitStack = field(repr=False)

    def serve(self, application: str, **settings: str) -> int:
        """The port on which gunicorn serves it."""
        port = free_port()
        more = {"WEBHOOKS_PORT": str(port), "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
        self.start(application, gunicorn_command(application, port), port, **more, **settings)
        return port

    def serve_floor(self) -> int:
        return self.serve(
            "bench.support.floor:application", CELERY_BROKER_URL=self.floor_broker_url
        )

    def start(self, name: str, command: list[str], port: int | None, **settings: str) -> None:
        log = self.folder / f"{name.split(':')[0]}.log"
        program = Program(command, self.environment | settings, port, log)
        self.stack.callback(program.kill)


@contextmanager
def bench() -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(prefix="todoku-bench-"))
    folder.chmod(0o755)  # the user postgres has to get to its files in it
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = PostgreSQL(folder / "postgresql", AS_IT_COMES)
        stack.callback(postgresql.stop)
        rabbitmq = RabbitMQ(folder / "rabbitmq")
        stack.callback(rabbitmq.stop)
        redis = Redis(folder / "redis")
        stack.callback(redis.stop)
        environment = {
            **inherited(),
            **NO_LIMITS,
            "DATABASE_URL": postgresql.address["url"],
            "CELERY_BROKER_URL": rabbitmq.new_virtual_host()["url"],
            "REDIS_URL": redis.address["url"],
            "STATE_DIR": str(folder / "state"),
        }
        subprocess.run([sys.executable, "run.py", "setup"], cwd=ROOT, env=environment, check=True)
        floor_broker_url = rabbitmq.new_virtual_host()["url"]
        yield Bench(folder, postgresql.address["url"], environment, floor_broker_url, stack)
