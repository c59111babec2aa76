import hashlib
import io
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.domain import guidance_texts
from app.domain.refusals import Refusal
from app.providers.speech import RenderedSpeech, SpeechEngine, spoken_text

GREETING = "お電話ありがとうございます。"


@pytest.fixture(scope="module")
def speech() -> RenderedSpeech:
    return SpeechEngine().render(GREETING)


def samples_of(wav: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(io.BytesIO(wav)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")


def test_the_file_is_what_plivo_plays(speech: RenderedSpeech) -> None:
    with wave.open(io.BytesIO(speech.wav)) as sound:
        assert sound.getframerate() == 8000
        assert sound.getsampwidth() == 2
        assert sound.getnchannels() == 1
        assert sound.getcomptype() == "NONE"
        assert speech.duration_ms == round(sound.getnframes() / 8)
    assert 1500 < speech.duration_ms < 4000
    assert speech.hash == hashlib.sha256(speech.wav).hexdigest()


def test_it_is_loud_enough_and_not_clipped(speech: RenderedSpeech) -> None:
    samples = samples_of(speech.wav).astype(float)
    assert 8000 < np.abs(samples).max() <= 0.9 * 32767 + 1
    assert np.sqrt((samples**2).mean()) > 1000


def test_the_loudest_text_is_turned_down() -> None:
    """The postal mark's word peaks at 84,000 in the engine."""
    samples = samples_of(SpeechEngine().render("〒").wav)
    assert abs(int(np.abs(samples.astype(int)).max()) - round(0.9 * 32767)) <= 1


def test_nothing_above_the_telephones_band_folds_back(speech: RenderedSpeech) -> None:
    """A plain pick of every sixth sample leaves several per cent of the energy up there."""
    power = np.abs(np.fft.rfft(samples_of(speech.wav).astype(float))) ** 2
    frequencies = np.linspace(0, 4000, power.size)
    assert power[frequencies > 3900].sum() / power.sum() < 0.001


def test_the_same_text_gives_the_same_bytes(speech: RenderedSpeech) -> None:
    assert SpeechEngine().render(GREETING) == speech


def test_also_in_another_process(speech: RenderedSpeech) -> None:
    program = (
        "from app.providers.speech import SpeechEngine\n"
        f"print(SpeechEngine().render({GREETING!r}).hash)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == speech.hash  # and nothing else is printed


def test_also_in_threads_side_by_side(speech: RenderedSpeech) -> None:
    engine = SpeechEngine()
    texts = [GREETING, "番号を入力してください。"] * 4
    alone = {text: engine.render(text).hash for text in set(texts)}
    with ThreadPoolExecutor(4) as pool:
        hashes = list(pool.map(lambda text: engine.render(text).hash, texts))
    assert hashes == [alone[text] for text in texts]
    assert alone[GREETING] == speech.hash


SILENT = [
    "",
    " ",
    "\n",
    "。",
    "、、、",
    "😀🎉",
    "👍🏽",
    "♪★→",
    "ー",
    "…",
    "!?",
    "（）",
    "\u200b",
    "안녕",
]


@pytest.mark.parametrize("text", SILENT)
def test_a_text_without_a_sound_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        SpeechEngine().render(text)
    assert caught.value.code == "speech_silent"


@pytest.mark.parametrize("text", ["#", "*", "&", "＃", "あ", "1", "A", "１️⃣", "〒"])
def test_a_text_of_one_sign_is_heard(text: str) -> None:
    assert SpeechEngine().render(text).duration_ms > 300


@pytest.mark.parametrize("text", [*guidance_texts.SAMPLES.values(), *guidance_texts.FIXED.values()])
def test_our_own_texts_are_heard(text: str) -> None:
    assert SpeechEngine().render(text).duration_ms > 3000


def test_all_of_a_long_text_is_said() -> None:
    one = SpeechEngine().render("ご予約を承ります。").duration_ms
    ten = SpeechEngine().render("ご予約を承ります。" * 10).duration_ms
    assert ten > 8 * one


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("最後に#を押す", "最後にシャープを押す"),
        ("＊は米印", "こめじるしは米印"),
        ("A&B", "AアンドB"),
        ("1+1=2", "1プラス1イコール2"),
        ("ありがとう😀ございます👨‍👩‍👧", "ありがとうございます"),
        ("1️⃣を押す", "1を押す"),
        ("☎️お電話", "お電話"),
        ("〒100", "〒100"),
        ("ｶﾞｲﾀﾞﾝｽ", "ガイダンス"),
        ("Café Ōsakaがある", "Cafe Osakaがある"),
        ("①番", "1番"),
        ("㈱山田", "(株)山田"),
        ("¥1,000です", "1,000円です"),
        ("￥500", "500円"),
        ("10:00〜18:30", "10時から18時30分"),
        ("3~5日", "3から5日"),
        ("10:00:00", "10:00:00"),
        ("ですよ〜", "ですよ〜"),
        ("https://example.jp/a-b_c/ へ", "exampleドットjpスラッシュaハイフンbアンダーバーc へ"),
        ("HTTP://EXAMPLE.JPへ", "EXAMPLEドットJPへ"),
        ("info@example.co.jpまで", "infoアットマークexampleドットcoドットjpまで"),
        ("1.5倍、10.5km、3.14", "1.5倍、10.5km、3.14"),
        ("一行目\n 二行目\r\n\n三行目\n", "一行目、二行目、三行目"),
    ],
)
def test_spoken_text(text: str, spoken: str) -> None:
    assert spoken_text(text) == spoken


def test_the_name_changes_with_the_engine() -> None:
    assert SpeechEngine.name.startswith("mei-0.")
