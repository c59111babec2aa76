"""``python -m simulator call`` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(simulator, environment):
    def run_(*arguments, **settings):
        return subprocess.run(
            [sys.executable, "-m", "simulator", *arguments],
            cwd=ROOT,
            env=environment | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_


@pytest.fixture
def sends_sms(peer, plivo_client):
    """The answer webhook sends an SMS to the caller, or to the number keyed in."""

    def install(url):
        client = plivo_client()

        def send(params):
            recipient = params.get("Digits", params["From"])
            recipient = "81" + recipient[1:] if recipient.startswith("0") else recipient
            client.messages.create(src="81312345678", dst=recipient, text="https://qms.jp/a1b2c3d4")

        def answered(path):
            inner = peer.answers[path]

            def answer(params):
                send(params)
                return inner(params)

            peer.answers[path] = answer

        answered(url)

    return install


def test_a_mobile_call_prints_its_steps_and_the_sms(run, peer, tone, sends_sms):
    url = peer.audio("/4.wav", tone())
    peer.xml("/ivr/answer", f"<Response><Play>{url}</Play><Hangup/></Response>")
    sends_sms("/ivr/answer")

    done = run("call", "--from", "09012345678", "--to", "05030000001")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "819012345678 → 815030000001" in done.stdout
    assert f"{url} 1.00 s" in done.stdout
    assert "SMS 81312345678 → 819012345678\nhttps://qms.jp/a1b2c3d4" in done.stdout


def test_a_withheld_caller_keys_in_a_mobile_as_json(run, peer, sends_sms):
    ask = (
        f'<Response><GetDigits action="{peer.url}/ivr/digits"/>'
        f"<Redirect>{peer.url}/ivr/again</Redirect></Response>"
    )
    peer.xml("/ivr/answer", ask)
    peer.xml("/ivr/again", ask)
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")
    sends_sms("/ivr/digits")

    done = run(
        "call",
        "--from",
        "anonymous",
        "--to",
        "05030000001",
        "--digits",
        "",
        "--digits",
        "08012345678#",
        "--json",
    )

    document = json.loads(done.stdout)
    assert (done.returncode, document["ok"]) == (0, True)
    assert [step["kind"] for step in document["steps"] if "digits" in step["kind"]] == [
        "wait_digits",
        "no_digits",
        "wait_digits",
    ]
    assert [sms["recipient"] for sms in document["sms"]] == ["818012345678"]


def test_an_sms_that_does_not_arrive_is_told(run, peer, sends_sms):
    peer.xml("/ivr/answer", "<Response><Hangup/></Response>")
    sends_sms("/ivr/answer")

    done = run("call", "--from", "09099990011", "--to", "05030000001")

    assert done.returncode == 0
    assert "SMS not received: undelivered, error 80" in done.stdout


def test_a_call_without_sms_is_fine(run, peer):
    peer.xml("/ivr/answer", "<Response><Hangup/></Response>")

    done = run("call", "--from", "0312345678", "--to", "05030000001")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "no SMS")


def test_a_failed_call_exits_with_1_and_says_why(run, peer):
    peer.status("/ivr/answer", 403)

    done = run("call", "--from", "0312345678", "--to", "05030000001", "--hangup-after", "1")

    assert done.returncode == 1
    assert "✗ HTTP 403" in done.stdout


def test_nothing_listening_is_said_plainly(run):
    done = run("call", "--from", "anonymous", "--to", "05030000001", SIMULATOR_PORT="1")

    assert done.returncode == 3
    assert "nothing listens on 127.0.0.1:1" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "x", "--to", "05030000001"),
        ("--from", "anonymous", "--to", "05030000001", "--digits", "12a"),
        ("--from", "anonymous"),
    ],
)
def test_senseless_arguments_are_refused(run, arguments):
    assert run("call", *arguments).returncode == 2


def test_senseless_settings_are_refused(run):
    done = run(SIMULATOR_SPEED="0")

    assert done.returncode == 2
    assert "SIMULATOR_SPEED" in done.stderr
