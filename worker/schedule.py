"""What beat starts, and how often (seconds, or at what time in Japan)."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

from app.domain.health import HEARTBEAT_EVERY_S

AN_HOUR_S = 3600.0
A_QUARTER_S = 900.0
SEND_SWEEP_S = 5.0

SCHEDULE: dict[str, dict[str, Any]] = {
    "send what is due": {
        "task": "worker.sms_tasks.sweep_waiting_messages",
        "schedule": SEND_SWEEP_S,
    },
    "send again what rested": {
        "task": "worker.sms_tasks.resend_retryable_messages",
        "schedule": 15.0,
    },
    "settle what has no result": {
        "task": "worker.sms_tasks.settle_messages_without_result",
        "schedule": 60.0,
    },
    "settle what is unclear": {
        "task": "worker.sms_tasks.settle_unclear_messages",
        "schedule": 30.0,
    },
    "ask for overdue reports": {
        "task": "worker.sms_tasks.poll_unreported_messages",
        "schedule": 60.0,
    },
    "begin and end planned publications": {
        "task": "worker.publication_tasks.run_due_plans",
        "schedule": 15.0,
    },
    "convert what waits": {
        "task": "worker.audio_tasks.sweep_waiting_conversions",
        "schedule": 5.0,
    },
    "convert again what was interrupted": {
        "task": "worker.audio_tasks.release_stuck_conversions",
        "schedule": 30.0,
    },
    "remove unused audio files": {
        "task": "worker.audio_tasks.remove_unused_audio_files",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": AN_HOUR_S},
    },
    "remove unused renderings": {
        "task": "worker.audio_tasks.remove_unused_audio",
        "schedule": crontab(hour=3, minute=45),
        "options": {"expires": AN_HOUR_S},
    },
    "forget old sessions": {
        "task": "worker.nightly_tasks.delete_old_sessions",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": AN_HOUR_S},
    },
    "forget the counts of past days": {
        "task": "worker.nightly_tasks.forget_old_sms_counts",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": AN_HOUR_S},
    },
    "tell that beat runs": {
        "task": "worker.heartbeats.note_beat",
        "schedule": HEARTBEAT_EVERY_S,
    },
    "count calls": {"task": "worker.count_tasks.count_calls", "schedule": 300.0},
    "count all calls again": {
        "task": "worker.count_tasks.reconcile_call_counts",
        "schedule": crontab(hour=4, minute=30),
        "options": {"expires": AN_HOUR_S},
    },
    "delete old calls": {
        "task": "worker.nightly_tasks.delete_old_calls",
        "schedule": crontab(hour="1-3", minute="5-59/15"),
        "options": {"expires": A_QUARTER_S},
    },
    "mail what is due": {"task": "worker.mail_tasks.sweep_waiting_mails", "schedule": 10.0},
    "try stuck mails again": {
        "task": "worker.mail_tasks.release_stuck_mails",
        "schedule": 60.0,
    },
}

for entry in SCHEDULE.values():
    # A worker that was away need not catch up.
    entry.setdefault("options", {"expires": entry["schedule"]})
