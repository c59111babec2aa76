from xml.etree import ElementTree

from app.providers.plivo.call_xml import Spoken, ask_for_digits, sound_and_hang_up

A, B, C = (f"https://ivr.example.jp/ivr/audio/{name}.wav" for name in "abc")
ACTION = "https://ivr.example.jp/ivr/digits?attempt=1&call=2"


def test_sound_and_hang_up() -> None:
    assert sound_and_hang_up((A, B)) == (
        f"<Response><Play>{A}</Play><Play>{B}</Play><Hangup/></Response>"
    )


def test_ask_for_digits() -> None:
    escaped = ACTION.replace("&", "&amp;")
    assert ask_for_digits((A, B), (C,), ACTION) == (
        f"<Response><Play>{A}</Play><Play>{B}</Play>"
        f'<GetDigits action="{escaped}" method="POST" timeout="10" digitTimeout="5"'
        f' finishOnKey="#" numDigits="99" retries="1" redirect="true"><Play>{C}</Play></GetDigits>'
        f'<Redirect method="POST">{escaped}</Redirect></Response>'
    )


def test_ask_for_digits_without_lead_ins_and_with_another_time() -> None:
    response = ElementTree.fromstring(ask_for_digits((), (A, B), ACTION, timeout_s=7))
    assert [child.tag for child in response] == ["GetDigits", "Redirect"]
    assert response[0].get("timeout") == "7"
    assert response[0].get("action") == response[1].text == ACTION
    assert [play.text for play in response[0]] == [A, B]


def test_what_plivo_reads_itself() -> None:
    assert sound_and_hang_up((Spoken("<ただいま> & 準備中です。"),)) == (
        '<Response><Speak voice="Polly.Mizuki" language="ja-JP">'
        "&lt;ただいま&gt; &amp; 準備中です。</Speak><Hangup/></Response>"
    )


def test_files_and_texts_are_heard_in_their_order() -> None:
    response = ElementTree.fromstring(
        ask_for_digits((A, Spoken("一", "Polly.Takumi")), (Spoken("二", "Polly.Takumi"), B), ACTION)
    )
    assert [child.tag for child in response] == ["Play", "Speak", "GetDigits", "Redirect"]
    assert [child.tag for child in response[2]] == ["Speak", "Play"]
    assert response[1].attrib == {"voice": "Polly.Takumi", "language": "ja-JP"}
