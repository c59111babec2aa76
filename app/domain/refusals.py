"""A rule said no: the one exception that domain and services raise for a request they refuse."""


class Refusal(Exception):
    """A request is refused by a rule.

    `code` is a stable snake_case word that the portal translates; `details` are the values its
    sentence needs. Both are safe to log: never put a password or a message's text into them.
    """

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details: dict[str, object] = details

    def __str__(self) -> str:
        if not self.details:
            return self.code
        return f"{self.code} ({', '.join(f'{key}={value}' for key, value in self.details.items())})"
