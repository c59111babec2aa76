"""What the caller hears in our words: samples for the editable slots, the fixed announcements.

Written for the ear and for a machine's voice: short sentences, no symbols (a text-to-speech engine
drops them), each under 100 characters, the limit of a guidance.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.slots import Slot

SAMPLES: Mapping[Slot, str] = MappingProxyType(
    {
        Slot.GREETING: (
            "お電話ありがとうございます。"
            "こちらは、ショートメッセージでご案内をお送りする自動受付です。"
        ),
        Slot.ASK_NUMBER: (
            "ご案内は、携帯電話のショートメッセージでお送りいたします。"
            "お受け取りになる携帯電話の番号をご用意ください。"
        ),
        Slot.SMS_SENT: (
            "ただいま、ショートメッセージをお送りいたします。"
            "届きましたら、内容をご確認ください。お電話ありがとうございました。"
        ),
        Slot.ASK_AGAIN: (
            "恐れ入りますが、携帯電話の番号を確認できませんでした。"
            "お手数ですが、もう一度入力をお願いいたします。"
        ),
    }
)
"""Defaults of the editable slots (specification §6)."""

FIXED: Mapping[Slot, str] = MappingProxyType(
    {
        Slot.KEY_IN: (
            "携帯電話の番号を、0から始まる11桁で入力し、最後にシャープを押してください。"
        ),
        Slot.GIVE_UP: (
            "申し訳ございません。携帯電話の番号を確認できませんでした。"
            "恐れ入りますが、おかけ直しくださいますようお願いいたします。失礼いたします。"
        ),
    }
)
"""The announcements nobody edits (slots ③ and ⑥)."""

NO_FLOW_NOTICE = (
    "お電話ありがとうございます。この電話番号は、ただいまご案内を行っておりません。"
    "恐れ入りますが、番号をお確かめのうえ、おかけ直しください。"
)
"""Heard on a number that is unknown or has nothing published."""

NO_SMS_NOTICE = (
    "お電話ありがとうございます。恐れ入りますが、この携帯電話の番号には、"
    "ただいまショートメッセージをお送りできません。失礼いたします。"
)
"""Heard instead of ④ where no SMS is sent: after too many in a day, and for a number whose owner
wants none. One notice for both: a stranger who keys a number in learns nothing about its owner."""

APOLOGY = (
    "申し訳ございません。ただいま、システムの都合により、ご案内ができません。"
    "しばらくたってから、おかけ直しくださいますようお願いいたします。"
)
"""Heard when we are in trouble ourselves."""
