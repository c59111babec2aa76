"""What beat starts, and how often (seconds, or at what time in Japan)."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

AN_HOUR_S = 3600

SCHEDULE: dict[str, dict[str, Any]] = {
    "send what is due": {"task": "worker.sms_tasks.sweep_waiting_messages", "schedule": 5.0},
    "settle what is unclear": {
        "task": "worker.sms_tasks.settle_unclear_messages",
        "schedule": 30.0,
    },
    "ask for overdue reports": {
        "task": "worker.sms_tasks.poll_unreported_messages",
        "schedule": 60.0,
    },
    "mail what is due": {"task": "worker.mail_tasks.sweep_waiting_mails", "schedule": 10.0},
    "try stuck mails again": {
        "task": "worker.mail_tasks.release_stuck_mails",
        "schedule": 60.0,
    },
}

for entry in SCHEDULE.values():
    entry["options"] = {"expires": entry["schedule"]}  # a worker that was away need not catch up

SCHEDULE["forget old sessions"] = {
    "task": "worker.nightly_tasks.delete_old_sessions",
    "schedule": crontab(hour="3", minute="30"),
    "options": {"expires": AN_HOUR_S},
}
