"""A worker's two statements for each message: make it its own, and record that Plivo has it.

What they write is what `message_queue.claim_next` and `message_sending` write one after the other
where a database cannot do so in one statement.
"""

from __future__ import annotations

from datetime import datetime

from app.domain.sms_status import MessageStatus, may_move
from app.models.message_queue import Claim
from app.models.one_statement import execute

_CLAIM = """
WITH RECURSIVE
  accounts AS (
    SELECT min(account_id) AS account_id FROM message WHERE status = 'waiting'
    UNION ALL
    SELECT (SELECT min(account_id) FROM message
            WHERE status = 'waiting' AND message.account_id > accounts.account_id)
    FROM accounts WHERE account_id IS NOT NULL),
  drawn AS (SELECT account_id FROM accounts WHERE account_id IS NOT NULL ORDER BY random()),
  next AS (
    SELECT due.id FROM drawn CROSS JOIN LATERAL (
      SELECT id FROM message
      WHERE status = 'waiting' AND message.account_id = drawn.account_id
        AND next_attempt_at <= %(now)s AND queued_at > %(queued_after)s
      ORDER BY next_attempt_at, id
      LIMIT 1
      FOR UPDATE SKIP LOCKED) AS due
    LIMIT 1),
  taken AS (
    UPDATE message SET status = 'sending', claimed_at = %(now)s, attempts = attempts + 1
    WHERE id = (SELECT id FROM next)
    RETURNING id, attempts, account_id, sender, recipient, text, claimed_at),
  attempt AS (
    INSERT INTO send_attempt (message_id, number, account_id, claimed_at)
    SELECT id, attempts, account_id, claimed_at FROM taken)
SELECT id, attempts, sender, recipient, text, claimed_at, EXISTS (
    SELECT FROM suppressed_number
    WHERE suppressed_number.account_id = taken.account_id AND number = recipient)
FROM taken"""
# The message is locked first, as a delivery report does that comes at the same moment. What the
# report has written meanwhile is what the CASEs and COALESCEs see.
_RECORD = """
WITH
  locked AS (SELECT id FROM message WHERE id = %(message_id)s FOR UPDATE),
  attempt AS (
    UPDATE send_attempt SET outcome = 'accepted', provider_id = CASE
      WHEN EXISTS (SELECT FROM send_attempt WHERE provider_id = %(provider_id)s::text)
      THEN provider_id ELSE %(provider_id)s::text END
    WHERE message_id = %(message_id)s AND number = %(number)s AND EXISTS (SELECT FROM locked)
    RETURNING provider_id)
UPDATE message SET
  provider_id = COALESCE(message.provider_id, attempt.provider_id),
  sent_at = COALESCE(sent_at, %(claimed_at)s),
  status = CASE WHEN status = ANY (%(before_sent)s) THEN 'sent' ELSE status END,
  next_attempt_at = CASE WHEN status = ANY (%(before_sent)s) THEN %(ask_at)s
    ELSE next_attempt_at END
FROM attempt WHERE message.id = %(message_id)s AND attempts = %(number)s
RETURNING message.id"""
_BEFORE_SENT = [status.value for status in MessageStatus if may_move(status, MessageStatus.SENT)]


def claim_next(now: datetime, *, queued_after: datetime) -> Claim | None:
    """As `message_queue.claim_next`. Raises NotWritten."""
    row = execute(_CLAIM, {"now": now, "queued_after": queued_after})
    return Claim(*row) if row else None


def record_accepted(claim: Claim, provider_id: str, ask_at: datetime) -> None:
    """Plivo has the message under this id; when no report comes, ask about it at `ask_at`.

    A delivery report may have come first: then only what it did not tell is added. Raises
    NotWritten.
    """
    execute(
        _RECORD,
        {
            "message_id": claim.message_id,
            "number": claim.number,
            "claimed_at": claim.claimed_at,
            "provider_id": provider_id,
            "before_sent": _BEFORE_SENT,
            "ask_at": ask_at,
        },
    )
