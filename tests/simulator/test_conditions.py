"""Limits, latency and faults that the control API turns on."""

import time
from collections import Counter

import pytest
from plivo.exceptions import PlivoRestError

from simulator.conditions import Conditions, Latency, Weather

SENDER, MOBILE = "81312345678", "819012345678"
HANGUP = "<Response><Hangup/></Response>"


@pytest.fixture
def set_conditions(simulator):
    def put(**wanted):
        response = simulator.http.put(f"{simulator.url}/simulator/conditions", json=wanted)
        assert response.status_code == 200, response.text
        return response.json()

    return put


def send(client, peer, recipient=MOBILE):
    return client.messages.create(src=SENDER, dst=recipient, text="a", url=f"{peer.url}/status")


def sequences(peer):
    return [params["Sequence"] for params in peer.to("/status")]


def test_conditions_are_told_and_a_reset_takes_them_back(simulator, set_conditions):
    assert set_conditions(messages_per_s=50)["messages_per_s"] == 50
    simulator.http.post(f"{simulator.url}/simulator/reset")

    now = simulator.http.get(f"{simulator.url}/simulator/conditions").json()
    assert (now["messages_per_s"], now["calls_per_s"]) == (5, 10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages_per_s": 0},
        {"fates": {"99": 0.1}},
        {"fates": {"01": 0.6, "02": 0.6}},
        {"webhooks": {"drop": 2}},
        {"unheard_of": 1},
    ],
)
def test_senseless_conditions_are_refused(simulator, wrong):
    response = simulator.http.put(f"{simulator.url}/simulator/conditions", json=wrong)
    assert response.status_code == 400


def test_more_calls_than_admitted_are_busy(simulator, peer, set_conditions):
    peer.xml("/ivr/answer", HANGUP)
    set_conditions(calls_per_s=0.5)

    steps = simulator.call()

    assert [step["kind"] for step in steps] == ["dialled", "busy", "hangup", "result"]
    assert steps[1]["code"] == 486
    assert not steps[-1]["ok"]
    assert peer.requests == []
    refused = simulator.http.get(f"{simulator.url}/simulator/refused").json()
    assert refused["calls"] >= 1


def test_a_message_that_queues_too_long_expires(simulator, plivo_client, peer, set_conditions):
    set_conditions(messages_per_s=0.01, queue_expires_after_s=50)
    for _ in range(2):
        send(plivo_client(), peer)

    first, second = simulator.await_messages(MOBILE, 2)

    assert (first["state"], first["error_code"]) == ("delivered", "000")
    assert (second["state"], second["error_code"]) == ("failed", "420")


def test_fewer_api_requests_may_be_admitted(plivo_client, peer, set_conditions):
    set_conditions(api_requests_per_5_s=1, messages_per_s=1000)
    client = plivo_client()

    def many():
        for _ in range(200):
            send(client, peer)

    with pytest.raises(PlivoRestError, match="429"):
        many()


def test_the_list_may_be_asked_less_often_than_the_rest(plivo_client, simulator, set_conditions):
    set_conditions(message_lists_per_min=1)
    client = plivo_client()
    url = f"{simulator.url}/v1/Account/{client.session.auth[0]}/Message/"
    asked = [simulator.http.get(url, auth=client.session.auth).status_code for _ in range(50)]
    assert set(asked) == {200, 429}
    refused = simulator.http.get(f"{simulator.url}/simulator/refused").json()
    assert refused["message_lists"] >= asked.count(429)
    assert client.messages.create(src=SENDER, dst=MOBILE, text="a").message_uuid


def test_answers_take_their_time(plivo_client, peer, set_conditions):
    set_conditions(api_latency={"median_ms": 100, "p99_ms": 100})
    began = time.monotonic()
    send(plivo_client(), peer)
    assert time.monotonic() - began >= 0.1


def test_latency_has_the_median_and_the_tail_it_says():
    weather = Weather(Conditions(seed=3, api_latency=Latency(median_ms=50, p99_ms=400)))
    drawn = sorted(weather.api_latency_s() for _ in range(20_000))
    assert drawn[10_000] == pytest.approx(0.050, rel=0.05)
    assert drawn[19_800] == pytest.approx(0.400, rel=0.15)


def test_fates_are_spread_by_seed_and_number():
    weather = Weather(Conditions(seed=7, fates={"35": 0.1, "14": 0.2}))
    numbers = [f"8180{10_000_000 + n}" for n in range(5000)]

    fates = Counter((weather.fate_of(n).final, weather.fate_of(n).answer) for n in numbers)

    assert fates["delivered", "dropped"] == pytest.approx(500, rel=0.2)
    assert fates["failed", "accepted"] == pytest.approx(1000, rel=0.2)
    again = Weather(weather.conditions)
    assert [weather.fate_of(n) for n in numbers] == [again.fate_of(n) for n in numbers]
    assert weather.fate_of("819099990001").answer == "accepted"


def test_reports_are_repeated(simulator, plivo_client, peer, eventually, set_conditions):
    peer.status("/status", 200)
    set_conditions(webhooks={"repeat": 1, "longest_delay_s": 1})
    send(plivo_client(), peer)
    found = eventually(lambda: sequences(peer), lambda found: len(found) >= 6)
    assert set(found) == {"1", "2", "3"}


def test_reports_overtake_each_other(plivo_client, peer, eventually, set_conditions):
    peer.status("/status", 200)
    set_conditions(webhooks={"reorder": 1, "longest_delay_s": 100}, messages_per_s=1000)
    client = plivo_client()
    for n in range(20):
        send(client, peer, f"8190123456{n:02}")
    eventually(lambda: sequences(peer), lambda found: len(found) >= 60)
    by_message: dict[str, list[str]] = {}
    for params in peer.to("/status"):
        by_message.setdefault(params["MessageUUID"], []).append(params["Sequence"])
    assert any(order != sorted(order) for order in by_message.values())


def test_reports_and_their_answers_get_lost(plivo_client, peer, eventually, set_conditions):
    """A report whose answer is lost comes four times; a dropped one never."""
    peer.status("/status", 200)
    set_conditions(webhooks={"lose_answer": 1})
    send(plivo_client(), peer, "819099990020")
    eventually(lambda: sequences(peer), lambda found: len(found) == 8)
    peer.requests.clear()
    set_conditions(webhooks={"drop": 1})
    send(plivo_client(), peer, "819099990016")
    time.sleep(1)
    assert peer.to("/status") == []


def test_a_webhook_of_a_call_is_repeated(simulator, peer, eventually, set_conditions):
    peer.xml("/ivr/answer", HANGUP)
    set_conditions(webhooks={"repeat": 1, "reorder": 1, "longest_delay_s": 5})
    assert simulator.call()[-1]["ok"]
    eventually(lambda: peer.to("/ivr/answer"), lambda found: len(found) == 3)


@pytest.mark.parametrize(("fault", "asked"), [("drop", 0), ("lose_answer", 2)])
def test_a_webhook_that_is_lost_ends_in_the_fallback(simulator, peer, set_conditions, fault, asked):
    peer.xml("/ivr/answer", HANGUP)
    peer.xml("/ivr/fallback", HANGUP)
    set_conditions(webhooks={fault: 1})
    steps = simulator.call()
    assert "fallback" in [step["kind"] for step in steps]
    assert not steps[-1]["ok"]
    assert len(peer.to("/ivr/answer")) == asked


def test_every_message_is_told(simulator, plivo_client, peer):
    send(plivo_client(), peer)
    simulator.await_messages(MOBILE)
    [told] = simulator.http.get(f"{simulator.url}/simulator/messages").json()["messages"]
    assert (told["recipient"], told["state"], told["received"]) == (MOBILE, "delivered", 1)
