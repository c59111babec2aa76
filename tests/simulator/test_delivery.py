"""States, status callbacks and handsets, per fate."""

from pathlib import Path

import phonenumbers
import pytest

from simulator import fates

SENDER = "81312345678"
MAGIC = "8190999900"


def send(client, peer, recipient, text="お知らせ", **more):
    client.messages.create(src=SENDER, dst=recipient, text=text, url=f"{peer.url}/status", **more)


def states(peer):
    return [params["Status"] for params in peer.to("/status")]


def reports(eventually, peer, count):
    return eventually(lambda: peer.to("/status"), lambda found: len(found) >= count)


@pytest.mark.parametrize(("nn", "mnc"), [("01", "10"), ("02", "50"), ("03", "20"), ("04", "11")])
def test_delivered_by_each_carrier(plivo_client, simulator, peer, eventually, nn, mnc):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + nn)

    queued, sent, delivered = reports(eventually, peer, 3)
    assert [r["Status"] for r in (queued, sent, delivered)] == ["queued", "sent", "delivered"]
    assert [r["Sequence"] for r in (queued, sent, delivered)] == ["1", "2", "3"]
    assert (delivered["MCC"], delivered["MNC"]) == ("440", mnc)
    assert (delivered["From"], delivered["To"]) == (SENDER, MAGIC + nn)
    assert delivered["Units"] == "1"
    assert delivered["QueuedTime"] <= delivered["SentTime"] <= delivered["DeliveryReportTime"]
    assert sent["DeliveryReportTime"] == ""
    assert "ErrorCode" not in delivered
    [sms] = simulator.inbox(MAGIC + nn)
    assert (sms["sender"], sms["text"]) == (SENDER, "お知らせ")


def test_delivered_without_a_network(plivo_client, simulator, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "05")

    delivered = reports(eventually, peer, 3)[-1]
    assert delivered["Status"] == "delivered"
    assert not {"MCC", "MNC"} & set(delivered)


@pytest.mark.parametrize(
    ("nn", "expected", "error"),
    [
        ("10", ["queued", "sent", "undelivered"], "70"),
        ("11", ["queued", "sent", "undelivered"], "80"),
        ("12", ["queued", "sent", "undelivered"], "80"),
        ("13", ["queued", "sent", "undelivered"], "420"),
        ("14", ["queued", "failed"], "20"),
        ("15", ["queued", "failed"], "90"),
        ("16", ["queued", "failed"], "50"),
        ("17", ["queued", "failed"], "900"),
        ("18", ["queued", "failed"], "1000"),
        ("19", ["queued", "rejected"], "30"),
    ],
)
def test_not_delivered(plivo_client, simulator, peer, eventually, nn, expected, error):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + nn)

    last = reports(eventually, peer, len(expected))[-1]
    assert states(peer) == expected
    assert last["ErrorCode"] == error
    assert simulator.inbox(MAGIC + nn) == []


def test_silent_after_sent(plivo_client, simulator, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "20")

    reports(eventually, peer, 2)
    assert simulator.await_messages(MAGIC + "20")[0]["state"] == "sent"
    assert states(peer) == ["queued", "sent"]
    assert simulator.inbox(MAGIC + "20") == []


def test_delivered_without_any_report(plivo_client, simulator, peer):
    send(plivo_client(), peer, MAGIC + "21")

    assert simulator.await_messages(MAGIC + "21")[0]["state"] == "delivered"
    assert peer.to("/status") == []


def test_reports_sent_twice(plivo_client, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "22")

    found = reports(eventually, peer, 6)
    assert states(peer) == ["queued", "queued", "sent", "sent", "delivered", "delivered"]
    assert [r["Sequence"] for r in found] == ["1", "1", "2", "2", "3", "3"]


def test_reports_in_reverse(plivo_client, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "23")

    assert [r["Sequence"] for r in reports(eventually, peer, 3)] == ["3", "2", "1"]
    assert states(peer) == ["delivered", "sent", "queued"]


def test_a_late_contradiction(plivo_client, simulator, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "24")

    last = reports(eventually, peer, 4)[-1]
    assert (last["Status"], last["ErrorCode"], last["Sequence"]) == ("undelivered", "80", "4")
    assert simulator.await_messages(MAGIC + "24")[0]["state"] == "delivered"


def test_a_report_of_another_test_is_turned_away(plivo_client, simulator, peer, eventually):
    peer.status("/status", 200)
    send(plivo_client(), peer, MAGIC + "20")
    reports(eventually, peer, 2)
    address = f"{peer.url}/status"

    peer.reset()

    assert simulator.http.post(address, data={"Status": "sent"}).status_code == 410
    assert peer.requests == []


LONG_TEXT = "長いお知らせ" * 25  # 150 characters: 3 parts


def per_part(found, state):
    return {r["PartInfo"]: r for r in found if r["Status"] == state}


@pytest.mark.parametrize(("nn", "lost"), [("25", "3 of 3"), ("26", "1 of 3")])
def test_one_part_of_a_long_text_is_lost(plivo_client, simulator, peer, eventually, nn, lost):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + nn, LONG_TEXT)

    found = reports(eventually, peer, 9)
    assert list(per_part(found, "queued")) == list(per_part(found, "sent"))
    assert list(per_part(found, "sent")) == ["1 of 3", "2 of 3", "3 of 3"]
    [(part, failed)] = per_part(found, "undelivered").items()
    assert (part, failed["ErrorCode"]) == (lost, "80")
    assert set(per_part(found, "delivered")) == {"1 of 3", "2 of 3", "3 of 3"} - {lost}
    assert {r["Units"] for r in found} == {"3"}
    first = per_part(found, "queued")["1 of 3"]["MessageUUID"]
    assert {r["ParentMessageUUID"] for r in found} == {first}
    assert len({r["MessageUUID"] for r in found}) == 3
    assert simulator.inbox(MAGIC + nn) == []


def test_the_report_on_one_part_never_comes(plivo_client, simulator, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "27", LONG_TEXT)

    found = reports(eventually, peer, 8)
    assert list(per_part(found, "delivered")) == ["1 of 3", "2 of 3"]
    assert per_part(found, "sent")["3 of 3"]["DeliveryReportTime"] == ""
    assert len(simulator.inbox(MAGIC + "27")) == 1


@pytest.mark.parametrize("nn", ["25", "26", "27", "02"])
def test_a_text_of_one_part_has_nothing_to_lose(plivo_client, simulator, peer, eventually, nn):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + nn)

    assert reports(eventually, peer, 3)[-1]["PartInfo"] == "1 of 1"
    assert states(peer) == ["queued", "sent", "delivered"]
    assert len(simulator.inbox(MAGIC + nn)) == 1


def test_a_long_text_is_reported_as_a_whole(plivo_client, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "02", LONG_TEXT)

    found = reports(eventually, peer, 3)
    assert [(r["PartInfo"], r["Units"]) for r in found] == [("1 of 1", "3")] * 3


def test_an_unanswered_report_is_repeated_three_times(plivo_client, simulator, peer, eventually):
    peer.status("/status", 500)

    send(plivo_client(), peer, MAGIC + "20")

    found = reports(eventually, peer, 8)
    assert sorted(r["Sequence"] for r in found) == ["1"] * 4 + ["2"] * 4


def test_a_report_is_repeated_until_answered(plivo_client, simulator, peer, eventually):
    peer.status("/status", 500, 404, 200)

    send(plivo_client(), peer, MAGIC + "20")

    assert len(reports(eventually, peer, 4)) == 4


def test_get_callbacks_carry_the_report_in_the_query(plivo_client, peer, eventually):
    peer.status("/status", 200)

    send(plivo_client(), peer, MAGIC + "01", method="GET")

    assert reports(eventually, peer, 3)[0]["MessageUUID"]


def test_without_url_nothing_is_reported(plivo_client, simulator, peer):
    plivo_client().messages.create(src=SENDER, dst="819012345678", text="a")

    simulator.await_messages("819012345678")
    assert peer.requests == []


def test_a_landline_has_no_handset(plivo_client, simulator):
    plivo_client().messages.create(src="15551234567", dst="81312345678", text="a")

    [message] = simulator.await_messages("81312345678")
    assert (message["state"], message["error_code"]) == ("failed", "50")


def test_ordinary_numbers_vary_by_their_last_digit():
    networks = [fates.fate_of(f"81901234567{digit}").network for digit in range(10)]

    assert networks == (
        [fates.DOCOMO] * 4 + [fates.AU] * 3 + [fates.SOFTBANK] * 2 + [fates.RAKUTEN]
    )


@pytest.mark.parametrize("nn", fates.MAGIC)
def test_every_magic_recipient_is_a_valid_mobile_and_documented(nn):
    for prefix in ("60", "70", "80", "90"):
        number = f"81{prefix}999900{nn}"
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}"))
        assert fates.fate_of(number) is fates.MAGIC[nn]
    assert f"\n    {nn}  " in (fates.__doc__ or "")


def test_the_inboxes_are_listed_newest_first(plivo_client, simulator):
    client = plivo_client()
    for number in ("819012345670", "819012345671"):
        client.messages.create(src=SENDER, dst=number, text=number)
        simulator.await_messages(number)

    listed = simulator.http.get(f"{simulator.url}/simulator/handsets").json()["sms"]

    assert [sms["text"] for sms in listed] == ["819012345671", "819012345670"]


def test_arrivals_are_streamed(plivo_client, simulator):
    url = f"{simulator.url}/simulator/events"
    with simulator.http.get(url, stream=True, timeout=10) as stream:
        lines = stream.iter_lines(chunk_size=1)
        assert b"listening" in next(lines)
        plivo_client().messages.create(src=SENDER, dst="819012345670", text="stream")
        arrived = next(line for line in lines if b'"sms"' in line)
    assert "819012345670" in arrived.decode()


def test_mails_of_the_state_folder_are_shown(simulator, environment):
    folder = Path(environment["STATE_DIR"], "mail")
    folder.mkdir(exist_ok=True)
    mail = (
        "From: a@example.com\nTo: b@example.com\nSubject: =?utf-8?b?5LuuUFc=?=\n"
        "Date: Fri, 21 Feb 2025 05:48:00 +0000\n\nhttps://example.com/reset\n"
    )
    (folder / "1.eml").write_text(mail)

    [shown] = simulator.http.get(f"{simulator.url}/simulator/mails").json()["mails"]

    assert (shown["to"], shown["subject"]) == ("b@example.com", "仮PW")
    assert "https://example.com/reset" in shown["text"]
    (folder / "1.eml").unlink()
