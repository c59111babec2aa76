"""The steps of a call that speak: ①–⑥ in the drawing of the flow."""

from enum import StrEnum


class Slot(StrEnum):
    GREETING = "1"
    ASK_NUMBER = "2"
    KEY_IN = "3"
    SMS_SENT = "4"
    ASK_AGAIN = "5"
    GIVE_UP = "6"


EDITABLE_SLOTS = (Slot.GREETING, Slot.ASK_NUMBER, Slot.SMS_SENT, Slot.ASK_AGAIN)
FIXED_SLOTS = (Slot.KEY_IN, Slot.GIVE_UP)
