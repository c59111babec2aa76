"""All state of one simulator: messages, handsets, calls, numbers. In memory, lost at the end."""

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence

from flask import current_app

from simulator.applications import Application, Applications
from simulator.audio_check import Audio
from simulator.callbacks import Courier
from simulator.caller import Call
from simulator.conditions import Weather
from simulator.events import Hub
from simulator.handsets import Handsets
from simulator.line import Line
from simulator.messages import Messages
from simulator.metrics import CALLS
from simulator.mobile_network import MobileNetwork
from simulator.phone_numbers import on_the_wire
from simulator.rate_limit import RateLimit
from simulator.settings import Settings
from simulator.timetable import Timetable
from simulator.webhooks import Webhooks

CALLS_KEPT = 200
AUDIO_KEPT = 100
API_WINDOW_S = 5
LISTS_WINDOW_S = 60
CALLS_WINDOW_S = 1


class Exchange:
    """The telephone exchange: everything the HTTP faces share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_closing = False
        self.messages = Messages()
        self.handsets = Handsets()
        self.hub = Hub()
        self.weather = Weather(settings.conditions)
        self._timetable = Timetable()
        self._courier = Courier(settings.auth_token, self._timetable, self.weather, settings.speed)
        self.network = MobileNetwork(
            self.messages,
            self.handsets,
            self._courier,
            self.hub,
            self._timetable,
            self.weather,
            settings.speed,
        )
        self._webhooks = Webhooks(
            settings.auth_token, self._timetable, self.weather, settings.speed
        )
        self.applications = Applications(
            Application(
                app_name="default",
                answer_url=settings.answer_url,
                hangup_url=settings.hangup_url,
                fallback_answer_url=settings.fallback_url,
            )
        )
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._audio: OrderedDict[str, Audio] = OrderedDict()
        self.send_attempts: dict[str, int] = defaultdict(int)
        self.api_limit = RateLimit(API_WINDOW_S / settings.speed)
        self.list_limit = RateLimit(LISTS_WINDOW_S / settings.speed)
        self.call_limit = RateLimit(CALLS_WINDOW_S / settings.speed)

    def place_call(
        self,
        caller: str,
        called: str,
        *,
        speed: float,
        script: Sequence[str] = (),
        hangup_after: int | None = None,
    ) -> Call:
        """Starts a call in its own thread; numbers in any form, ``anonymous`` withholds. Beyond
        the limit of calls a second the caller hears the busy tone (SIP 486)."""
        call = Call(
            on_the_wire(caller),
            on_the_wire(called),
            Line(speed, script, hangup_after),
            self.applications.of(on_the_wire(called)),
            self._webhooks,
            self.settings.auth_id,
            self._keep_audio,
        )
        with self._lock:
            self._calls[call.identity.uuid] = call
            while len(self._calls) > CALLS_KEPT:
                self._calls.popitem(last=False)
        most = self.weather.conditions.calls_per_s * CALLS_WINDOW_S
        if not self.call_limit.admits(time.monotonic(), most):
            call.turn_away()
            CALLS.labels(result="busy").inc()
            return call
        threading.Thread(
            target=self._run, args=(call,), name=f"call-{call.identity.uuid}", daemon=True
        ).start()
        return call

    def call(self, call_uuid: str) -> Call | None:
        return self._calls.get(call_uuid)

    def audio(self, sha256: str) -> Audio | None:
        return self._audio.get(sha256)

    def reset(self) -> None:
        """Forgets messages, inboxes and planned reports; hangs up every call; conditions are as
        they were at the start."""
        self._timetable.clear()
        self.weather.change(self.settings.conditions)
        self.network.reset()
        self.messages.clear()
        self.handsets.clear()
        self.applications.reset()
        with self._lock:
            calls = list(self._calls.values())
            self._calls.clear()
            self._audio.clear()
            self.send_attempts.clear()
        for call in calls:
            call.line.hang_up()
        self.hub.publish({"kind": "reset"})

    def _run(self, call: Call) -> None:
        call.run()
        CALLS.labels(result="ok" if call.ok else "failed").inc()

    def _keep_audio(self, audio: Audio) -> None:
        if not audio.data:
            return
        with self._lock:
            self._audio[audio.sha256] = audio
            self._audio.move_to_end(audio.sha256)
            while len(self._audio) > AUDIO_KEPT:
                self._audio.popitem(last=False)


def the_exchange() -> Exchange:
    """That of the application serving the current request."""
    exchange: Exchange = current_app.extensions["exchange"]
    return exchange
