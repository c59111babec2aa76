"""How this product uses Celery's broker, the same for those who publish and for the worker."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu import Connection

QUEUE = "todoku"
SEND_NEXT = "worker.sms_tasks.send_next"
SEND_MAIL = "worker.mail_tasks.send_mail"
CONVERT_AUDIO = "worker.audio_tasks.convert_audio"
CONNECT_TIMEOUT_S = 2
# A turn to send that stood in the queue so long is dropped: the sweep gives out new ones, and
# thousands of turns must not keep the other tasks waiting.
TURN_EXPIRES_S = 10
REDIS_VISIBILITY_TIMEOUT_S = 300


def celery_client(broker_url: str) -> Celery:
    """A Celery app that publishes to the broker and knows no task."""
    client = Celery("todoku", broker=broker_url, set_as_current=False)
    client.conf.update(options(broker_url))
    return client


def options(broker_url: str) -> dict[str, Any]:
    """Celery's settings for this broker, such that neither a killed broker nor a killed worker
    loses a task.

    RabbitMQ: quorum queues and confirmed publishing
    (docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/rabbitmq.html). Redis: what a
    dead worker held comes back after the visibility time-out.
    """
    common = {
        "task_default_queue": QUEUE,
        "task_ignore_result": True,
        "broker_connection_timeout": CONNECT_TIMEOUT_S,
    }
    if urlsplit(broker_url).scheme.startswith("amqp"):
        return common | {
            "task_default_queue_type": "quorum",
            "task_default_exchange_type": "topic",
            "broker_transport_options": {"confirm_publish": True},
        }
    return common | {
        "broker_transport_options": {
            "visibility_timeout": REDIS_VISIBILITY_TIMEOUT_S,
            "socket_connect_timeout": CONNECT_TIMEOUT_S,
        },
    }


def queue_length(broker_url: str, timeout_s: float) -> int:
    """How many tasks wait for a worker; 0 as well where no worker has made the queue yet.

    Raises OSError, or another error of the broker's own driver, when the broker does not answer:
    a connection and each answer may take `timeout_s` seconds.
    """
    is_amqp = urlsplit(broker_url).scheme.startswith("amqp")
    names = ("read_timeout", "write_timeout") if is_amqp else ("socket_timeout",)
    options = dict.fromkeys(names, timeout_s)
    transport = Connection(
        broker_url, connect_timeout=timeout_s, transport_options=options
    ).transport
    opened = transport.establish_connection()  # once: Connection itself would try again
    try:
        channel: Any = transport.create_channel(opened)
        return int(channel.queue_declare(QUEUE, passive=True).message_count)
    except transport.channel_errors:
        return 0
    finally:
        transport.close_connection(opened)
