"""Calls against a webhook peer: what is heard, keyed in, asked and reported."""

import hashlib

import pytest


def kinds(steps):
    return [step["kind"] for step in steps if step["kind"] != "webhook"]


def only(steps, kind):
    return [step for step in steps if step["kind"] == kind]


def test_a_mobile_caller_hears_the_announcement_and_is_hung_up(simulator, peer, tone):
    sound = tone(seconds=2)
    url = peer.audio("/4.wav", sound)
    peer.xml("/ivr/answer", f"<Response><Play>{url}</Play><Hangup/></Response>")

    steps = simulator.call()

    assert kinds(steps) == ["dialled", "ringing", "answered", "play", "hangup", "result"]
    play = only(steps, "play")[0]
    assert play["hash"] == hashlib.sha256(sound).hexdigest()
    assert (play["duration"], play["problems"]) == (2.0, [])
    assert only(steps, "hangup")[0]["by"] == "xml"
    assert only(steps, "result")[0]["ok"] is True


def test_the_answer_url_gets_plivos_parameters(simulator, peer):
    peer.xml("/ivr/answer", "<Response><Hangup/></Response>")

    simulator.call()

    [asked] = peer.to("/ivr/answer")
    assert asked["From"] == "819012345678"
    assert asked["To"] == "815030000001"
    assert (asked["Direction"], asked["CallStatus"]) == ("inbound", "ringing")
    assert asked["Event"] == "StartApp"
    assert {"CallUUID", "ALegUUID", "BillRate", "SessionStart", "ParentAuthID"} <= set(asked)


def test_a_withheld_number_is_sent_as_anonymous(simulator, peer):
    peer.xml("/ivr/answer", "<Response><Hangup/></Response>")

    simulator.call(**{"from": "anonymous"})

    assert peer.to("/ivr/answer")[0]["From"] == "anonymous"


def test_the_hangup_url_gets_duration_and_cause(simulator, peer, tone):
    url = peer.audio("/4.wav", tone(seconds=7))
    peer.xml("/ivr/answer", f"<Response><Play>{url}</Play></Response>")

    simulator.call()

    [told] = peer.to("/ivr/hangup")
    assert (told["Event"], told["CallStatus"]) == ("Hangup", "completed")
    assert int(told["Duration"]) >= 7
    assert told["BillDuration"] == "60"
    assert told["HangupCauseName"] == "End Of XML Instructions"
    assert told["HangupSource"] == "Plivo"


GET_DIGITS = (
    '<Response><GetDigits action="{url}/ivr/digits" timeout="10"{more}>'
    '<Speak language="ja-JP" voice="Polly.Mizuki">番号を入力してください</Speak></GetDigits>'
    "<Redirect>{url}/ivr/digits?none=1</Redirect></Response>"
)


def test_keyed_digits_go_to_the_action_without_the_finish_key(simulator, peer):
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=""))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=["08012345678#"])

    [asked] = peer.to("/ivr/digits")
    assert asked["Digits"] == "08012345678"
    assert (asked["Event"], asked["CallStatus"]) == ("Redirect", "in-progress")
    assert only(steps, "speak")[0]["text"] == "番号を入力してください"
    assert only(steps, "keyed")[0]["ended_by"] == "finish key"


def test_without_finish_key_the_digit_timeout_ends_the_input(simulator, peer):
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=' digitTimeout="4"'))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=["08012345678"], speed=10)

    assert peer.to("/ivr/digits")[0]["Digits"] == "08012345678"
    wait, keyed = only(steps, "wait_digits")[0], only(steps, "keyed")[0]
    assert keyed["ended_by"] == "time-out"
    assert 3.9 <= keyed["at"] - wait["at"] < 10


def test_num_digits_ends_the_input(simulator, peer):
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=' numDigits="3"'))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=["123456"])

    assert peer.to("/ivr/digits")[0]["Digits"] == "123"
    assert only(steps, "keyed")[0]["ended_by"] == "number of digits"


def test_nothing_keyed_in_falls_through_after_the_timeout(simulator, peer):
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=""))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=[""], speed=20)

    [asked] = peer.to("/ivr/digits")
    assert asked["none"] == "1"
    assert "Digits" not in asked
    wait, nothing = only(steps, "wait_digits")[0], only(steps, "no_digits")[0]
    assert 10 <= nothing["at"] - wait["at"] < 20


def test_the_finish_key_alone_is_no_input(simulator, peer):
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=""))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=["#"])

    assert only(steps, "no_digits")[0]["ended_by"] == "finish key"
    assert "Digits" not in peer.to("/ivr/digits")[0]


def test_retries_prompt_again_and_each_try_takes_the_next_digits(simulator, peer):
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=' retries="3"'))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=["", "", "77#"])

    assert len(only(steps, "speak")) == 3
    assert peer.to("/ivr/digits")[0]["Digits"] == "77"


def test_an_invalid_digit_plays_its_sound_and_counts_as_a_try(simulator, peer, tone):
    sound = peer.audio("/wrong.wav", tone())
    more = f' validDigits="123" invalidDigitsSound="{sound}" retries="2"'
    peer.xml("/ivr/answer", GET_DIGITS.format(url=peer.url, more=more))
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    steps = simulator.call(digits=["9", "1#"])

    assert only(steps, "invalid_digit")[0]["digit"] == "9"
    assert only(steps, "play")[0]["url"] == sound
    assert peer.to("/ivr/digits")[0]["Digits"] == "1"


def test_get_input_posts_its_own_parameters(simulator, peer):
    peer.xml(
        "/ivr/answer",
        f'<Response><GetInput action="{peer.url}/ivr/digits" inputType="dtmf"'
        ' executionTimeout="10" digitEndTimeout="3"/></Response>',
    )
    peer.xml("/ivr/digits", "<Response><Hangup/></Response>")

    simulator.call(digits=["5#"])

    [asked] = peer.to("/ivr/digits")
    assert (asked["Digits"], asked["InputType"], asked["Speech"]) == ("5", "dtmf", "")


def test_redirect_false_asks_the_action_and_goes_on(simulator, peer, tone):
    url = peer.audio("/thanks.wav", tone())
    peer.xml(
        "/ivr/answer",
        f'<Response><GetDigits action="{peer.url}/ivr/digits" redirect="false"/>'
        f"<Play>{url}</Play></Response>",
    )
    peer.status("/ivr/digits", 200)

    steps = simulator.call(digits=["5#"])

    assert len(peer.to("/ivr/digits")) == 1
    assert only(steps, "play")
    assert only(steps, "result")[0]["ok"] is True


def test_wait_loop_and_get_redirect(simulator, peer, tone):
    url = peer.audio("/a.wav", tone())
    peer.xml(
        "/ivr/answer",
        f'<Response><Wait length="3"/><Play loop="2">{url}</Play>'
        f'<Redirect method="GET">{peer.url}/ivr/next?step=2</Redirect></Response>',
    )
    peer.xml("/ivr/next", "<Response><Hangup/></Response>")

    steps = simulator.call()

    assert [step["kind"] for step in steps if step["kind"] in ("wait", "play")] == [
        "wait",
        "play",
        "play",
    ]
    assert peer.to("/ivr/next")[0]["step"] == "2"


def test_the_caller_hangs_up_during_an_announcement(simulator, peer, tone):
    first, second = (peer.audio(f"/{n}.wav", tone(seconds=5)) for n in (1, 2))
    peer.xml("/ivr/answer", f"<Response><Play>{first}</Play><Play>{second}</Play></Response>")

    steps = simulator.call(hangup_after=1)

    assert [step["url"] for step in only(steps, "play")] == [first]
    assert only(steps, "hangup")[0]["by"] == "caller"
    assert only(steps, "result")[0]["ok"] is True
    assert peer.to("/ivr/hangup")[0]["HangupSource"] == "Caller"


def test_a_live_call_takes_keys_that_cut_the_prompt_short(simulator, peer, tone, eventually):
    url = peer.audio("/long.wav", tone(seconds=60))
    peer.xml(
        "/ivr/answer",
        f'<Response><GetDigits action="{peer.url}/ivr/digits"><Play>{url}</Play></GetDigits>'
        "</Response>",
    )
    peer.xml("/ivr/digits", f"<Response><Play>{url}</Play></Response>")
    http, base = simulator.http, f"{simulator.url}/simulator/calls"
    wanted = {"from": "anonymous", "to": "05030000001", "live": True, "speed": 10}
    started = http.post(base, json=wanted)
    assert started.status_code == 201
    call = f"{base}/{started.json()['call_uuid']}"
    eventually(lambda: peer.to("/long.wav"), bool)

    assert http.post(f"{call}/keys", json={"keys": "42#"}).status_code == 204
    eventually(lambda: peer.to("/ivr/digits"), bool)
    assert peer.to("/ivr/digits")[0]["Digits"] == "42"
    assert http.post(f"{call}/hangup").status_code == 204

    events = http.get(f"{call}/events").text
    assert events.count("data: ") == events.count("\n\n")
    assert '"ended_by": "caller"' in events
    sha256 = hashlib.sha256(tone(seconds=60)).hexdigest()
    assert http.get(f"{simulator.url}/simulator/audio/{sha256}").content == tone(seconds=60)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ({"from": "x"}, "from"),
        ({"to": "12"}, "to"),
        ({"digits": ["a"]}, "digits"),
        ({"speed": 0}, "speed"),
        ({"hangup_after": 0}, "hangup_after"),
    ],
)
def test_senseless_calls_are_refused(simulator, wanted, word):
    body = {"from": "anonymous", "to": "05030000001"} | wanted

    response = simulator.http.post(f"{simulator.url}/simulator/calls", json=body)

    assert response.status_code == 400
    assert word in response.json()["error"]
