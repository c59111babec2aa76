"""Parts with rules of their own: signature, audio, settings, rate limit, time-out policy."""

import struct

import pytest
from plivo.utils import validate_v3_signature

from simulator.audio_check import check_audio
from simulator.call_xml import InvalidXml, parse_call_xml
from simulator.phone_numbers import e164, is_mobile, on_the_wire
from simulator.rate_limit import RateLimit
from simulator.settings import Settings, SettingsError
from simulator.signature import sign_v3, signed_headers
from simulator.webhooks import Policy


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/ivr/answer",
        "http://127.0.0.1:8081/a?b=2&a=1&a=0",
        "https://x.jp/",
    ],
)
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"From": "819012345678", "To": "815030000001", "Digits": ""},
        {"Text": "日本語 + &"},
    ],
)
def test_the_sdk_accepts_the_signature(method, url, params):
    signature = sign_v3(method, url, params, "12345", "token")

    assert validate_v3_signature(method, url, "12345", "token", signature, dict(params))
    assert not validate_v3_signature(method, url, "12345", "other", signature, dict(params))


def test_every_request_has_its_own_nonce():
    first, second = (signed_headers("POST", "https://a.jp/", {}, "t") for _ in range(2))

    assert first["X-Plivo-Signature-V3-Nonce"] != second["X-Plivo-Signature-V3-Nonce"]
    assert first["X-Plivo-Signature-Ma-V3"] == first["X-Plivo-Signature-V3"]


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_playable_wav(tone, rate_hz):
    assert check_audio("audio/x-wav", tone(rate_hz=rate_hz, seconds=0.5)) == (0.5, [])


def _mu_law() -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", 4) + b"\x01\x02\x03\x04"
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


def _mp3(rate_index: int, mode: int) -> bytes:
    """Ten frames of MPEG-2 layer III at 32 kbit/s: index 2 is 16 kHz, mode 3 mono."""
    rate_hz = (22050, 24000, 16000)[rate_index]
    header = bytes((0xFF, 0xF3, 0x40 | rate_index << 2, mode << 6))
    return (header + bytes(72 * 32000 // rate_hz - 4)) * 10


@pytest.mark.parametrize(
    ("content_type", "data", "problem"),
    [
        ("audio/wav", b"RIFF", "no PCM wav"),
        ("audio/wav", _mu_law(), "no PCM wav"),
        ("audio/wav", b"", "no PCM wav"),
        ("text/html", b"<html>", "content type text/html"),
        ("", b"x", "content type missing"),
        ("audio/mpeg", b"no mp3", "no mp3"),
        ("audio/mpeg", _mp3(0, 3), "22050 Hz"),
        ("audio/mpeg", _mp3(2, 0), "2 channels"),
        ("audio/wav", bytes(10_000_001), "10 MB or more"),
    ],
)
def test_unplayable_audio(content_type, data, problem):
    assert problem in check_audio(content_type, data)[1][0]


def test_a_mono_16_khz_mp3_is_playable():
    duration_s, problems = check_audio("audio/mpeg", _mp3(2, 3))

    assert problems == []
    assert duration_s == pytest.approx(0.36, abs=0.04)


def test_flaws_of_a_wav(tone):
    assert "8 bit" in check_audio("audio/wav", tone(width=1))[1][0]
    assert "cut off" in check_audio("audio/wav", tone()[:-100])[1][0]
    assert check_audio("audio/wav", tone()[:44] + bytes(16000))[1] == ["nothing to hear"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<Response><Speak> </Speak></Response>", "without text"),
        ("<Response><Play><b/></Play></Response>", "takes text only"),
        ("<Response><Hangup>x</Hangup></Response>", "inside <Hangup>"),
        ('<Response><GetInput inputType="speech" action="http://a/"/></Response>', "speech alone"),
        ("<Response><GetInput/></Response>", "without action"),
        ('<Response><GetDigits redirect="False"/></Response>', "none of true, false"),
        ('<Response a="b"/>', "plain <Response>"),
    ],
)
def test_refused_xml(body, problem):
    with pytest.raises(InvalidXml, match=problem):
        parse_call_xml("application/xml", body)


def test_xml_of_another_content_type_is_refused():
    with pytest.raises(InvalidXml, match="content type text/html"):
        parse_call_xml("text/html; charset=utf-8", "<Response/>")


def test_numbers_in_any_form():
    assert {
        e164(n) for n in ("090-1234-5678", "+819012345678", "819012345678", "09012345678#")
    } == {"+819012345678"}
    assert e164("05030000001") == "+815030000001"
    assert e164("12") is None
    assert on_the_wire("anonymous") == "anonymous"
    assert is_mobile("819012345678")
    assert not is_mobile("815030000001")
    assert not is_mobile("+447911123456")


def test_the_rate_limit_slides():
    limit = RateLimit(1)

    assert [limit.admits(t, 2) for t in (0.0, 0.5, 0.9, 1.0, 1.4, 1.5)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
    assert limit.refused == 2


def test_timeouts_and_retries_come_from_the_fragment():
    assert Policy.of("https://a.jp/x") == Policy(2, 40, 55, 1, frozenset({"ct", "rt"}))
    assert Policy.of("https://a.jp/x#ct=500&rt=3000&rc=2&rp=5xx") == Policy(
        0.5, 3, 55, 2, frozenset({"5xx"})
    )


def test_settings_have_development_defaults():
    settings = Settings.from_environment({"WEBHOOKS_PORT": "9001"})

    assert (settings.port, settings.speed) == (8090, 20)
    assert settings.answer_url == "http://127.0.0.1:9001/ivr/answer"
    assert len(settings.auth_id) == 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIMULATOR_PORT", "x"),
        ("WEBHOOKS_PORT", "70000"),
        ("PUBLIC_BASE_URL", "localhost"),
        ("PLIVO_AUTH_ID", "short"),
        ("SIMULATOR_SPEED", "0"),
        ("SIMULATOR_SPEED", "fast"),
    ],
)
def test_senseless_settings_are_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})
