"""Webhooks and audio that fail: what the caller hears, and what the call reports."""

import time

import pytest


def only(steps, kind):
    return [step for step in steps if step["kind"] == kind]


def test_a_read_timeout_is_retried_once(simulator, peer):
    peer.xml("/ivr/answer", f"<Response><Redirect>{peer.url}/slow#rt=100</Redirect></Response>")
    peer.xml("/ivr/fallback", "<Response><Hangup/></Response>")
    seen = []

    def slow(params):
        seen.append(params)
        time.sleep(0.3)
        return ""

    peer.answers["/slow"] = slow

    steps = simulator.call()

    assert len(seen) == 2
    assert only(steps, "fallback")
    assert only(steps, "result")[0]["ok"] is False


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_is_not_retried_and_leads_to_the_fallback(simulator, peer, status):
    peer.status("/ivr/answer", status)
    peer.xml("/ivr/fallback", "<Response><Speak>Sorry</Speak></Response>")

    steps = simulator.call()

    assert len(peer.to("/ivr/answer")) == 1
    assert len(peer.to("/ivr/fallback")) == 1
    assert only(steps, "speak")[0]["text"] == "Sorry"
    assert only(steps, "result")[0]["ok"] is False


@pytest.mark.parametrize(
    "body",
    [
        "<Response><Play>",
        "<Reply/>",
        "<Response><Play>not a url</Play></Response>",
        "<Response>text</Response>",
        "<Response><Dial/></Response>",
        "",
        '<Response><GetDigits timeout="0"/></Response>',
        '<Response><Hangup colour="red"/></Response>',
        "<!DOCTYPE x><Response/>",
        '<Response><Speak language="ja-JP">こんにちは</Speak></Response>',
    ],
)
def test_invalid_xml_leads_to_the_fallback(simulator, peer, body):
    peer.xml("/ivr/answer", body)
    peer.xml("/ivr/fallback", "<Response><Hangup/></Response>")

    steps = simulator.call()

    assert len(peer.to("/ivr/fallback")) == 1
    assert only(steps, "result")[0]["ok"] is False


def test_a_failing_fallback_ends_with_the_error_tone(simulator, peer):
    peer.status("/ivr/answer", 500)
    peer.status("/ivr/fallback", 500)

    steps = simulator.call()

    assert [step["kind"] for step in steps if step["kind"] != "webhook"][-3:] == [
        "error_tone",
        "hangup",
        "result",
    ]
    assert only(steps, "result")[0]["ended_by"] == "failure"


def test_a_refusal_fails_the_call_without_fallback(simulator, peer):
    peer.status("/ivr/answer", 403)
    peer.xml("/ivr/fallback", "<Response><Hangup/></Response>")

    steps = simulator.call()

    assert peer.to("/ivr/fallback") == []
    assert only(steps, "error_tone")
    assert only(steps, "result")[0]["ok"] is False


def test_a_failing_hangup_url_spoils_the_call(simulator, peer):
    peer.xml("/ivr/answer", "<Response><Hangup/></Response>")
    peer.status("/ivr/hangup", 500)

    assert only(simulator.call(), "result")[0]["ok"] is False


def test_a_redirect_loop_is_cut(simulator, peer):
    peer.xml("/ivr/answer", f"<Response><Redirect>{peer.url}/ivr/answer</Redirect></Response>")

    steps = simulator.call()

    assert "a loop" in only(steps, "error_tone")[0]["reason"]


def test_an_answer_over_100_kb_is_refused(simulator, peer):
    peer.xml("/ivr/answer", f"<Response><Speak>{'a' * 100_000}</Speak></Response>")
    peer.xml("/ivr/fallback", "<Response><Hangup/></Response>")

    assert "100 KB" in only(simulator.call(), "fallback")[0]["reason"]


def test_bad_audio_is_reported_and_the_call_goes_on(simulator, peer, tone):
    stereo = peer.audio("/stereo.wav", tone(rate_hz=44100, channels=2))
    missing = f"{peer.url}/missing.wav"
    peer.xml("/ivr/answer", f"<Response><Play>{stereo}</Play><Play>{missing}</Play></Response>")

    steps = simulator.call()

    assert [step["problems"] for step in only(steps, "play")] == [
        ["44100 Hz, not 8 or 16 kHz", "2 channels, not mono"],
        ["HTTP 404"],
    ]
    assert only(steps, "result")[0]["ok"] is False
