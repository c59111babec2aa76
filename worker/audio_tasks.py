"""Celery's side of the audio files: each task hands over to one service."""

from __future__ import annotations

import uuid

from app.providers.broker import CONVERT_AUDIO
from app.services import audio_files, guidance_rendering
from worker.celery_app import celery_app


@celery_app.task(name=CONVERT_AUDIO)
def convert_audio(file_id: str) -> None:
    audio_files.convert_file(uuid.UUID(file_id))


@celery_app.task
def sweep_waiting_conversions() -> None:
    for file_id in audio_files.waiting_conversions():
        convert_audio.delay(str(file_id))


@celery_app.task
def release_stuck_conversions() -> None:
    audio_files.release_stuck_conversions()


@celery_app.task
def remove_unused_audio_files() -> None:
    audio_files.remove_unused_files()


@celery_app.task
def remove_unused_audio() -> None:
    guidance_rendering.remove_unused_audio()
