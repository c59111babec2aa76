"""Every table, imported once, so that the metadata and all relationships are complete."""

from app.models.account import Account
from app.models.audio_file import AudioFile, AudioFileChunk
from app.models.audit_entry import AuditEntry
from app.models.call import Call
from app.models.call_count import CallCount
from app.models.company import Company
from app.models.company_ip_range import CompanyIpRange
from app.models.counted_day import CountedDay
from app.models.flow import Flow
from app.models.flow_event import FlowEvent
from app.models.flow_version import FlowVersion
from app.models.guidance_audio import GuidanceAudio
from app.models.heartbeat import Heartbeat
from app.models.incoming_number import IncomingNumber
from app.models.link_click import LinkClick
from app.models.mail import Mail
from app.models.membership import Membership
from app.models.message import Message
from app.models.password_history import PasswordHistory
from app.models.password_reset import PasswordReset
from app.models.publication_plan import PublicationPlan
from app.models.rate_bucket import RateBucket
from app.models.reading_hint import ReadingHint
from app.models.recovery_code import RecoveryCode
from app.models.send_attempt import SendAttempt
from app.models.sender_number import SenderNumber
from app.models.short_url import ShortUrl
from app.models.sms_quota import SmsQuota
from app.models.suppressed_number import SuppressedNumber
from app.models.trial_call import TrialCall
from app.models.user import User
from app.models.user_session import UserSession

__all__ = [
    "Account",
    "AudioFile",
    "AudioFileChunk",
    "AuditEntry",
    "Call",
    "CallCount",
    "Company",
    "CompanyIpRange",
    "CountedDay",
    "Flow",
    "FlowEvent",
    "FlowVersion",
    "GuidanceAudio",
    "Heartbeat",
    "IncomingNumber",
    "LinkClick",
    "Mail",
    "Membership",
    "Message",
    "PasswordHistory",
    "PasswordReset",
    "PublicationPlan",
    "RateBucket",
    "ReadingHint",
    "RecoveryCode",
    "SendAttempt",
    "SenderNumber",
    "ShortUrl",
    "SmsQuota",
    "SuppressedNumber",
    "TrialCall",
    "User",
    "UserSession",
]
