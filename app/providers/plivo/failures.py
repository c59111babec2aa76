"""How a request to Plivo can fail, by what the sender may do next."""


class SendRefused(Exception):
    """Plivo understood and said no. Never retry: it would say no again.

    `code` is the HTTP status as text, or "arguments" when the SDK refused before sending.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"


class SendDelayed(Exception):
    """Known not to be accepted: send again later, after `retry_after_s` seconds if given."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason, retry_after_s)
        self.reason = reason
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return self.reason


class SendUnclear(Exception):
    """Perhaps accepted, perhaps not. Never resend before asking: the recipient would get two."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
