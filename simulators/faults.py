"""What can go wrong on a line, as functions of a message; which one and when is drawn by a seed."""

import random
import re
from dataclasses import dataclass, fields

#: Messages of a session that a fault leaves alone: without them it would never come up again.
_SPARED = (b"\x0135=A\x01", b"\x0135=5\x01")
#: What is sent again is lost no second time: quickfix asks for it once.
_RESENT = b"\x0143=Y\x01"
#: Only these are business; a heartbeat is no loss.
_BUSINESS = re.compile(rb"\x0135=[^0-5A]")
_NUMBER = re.compile(rb"\x0134=(\d+)\x01")
_TIME = re.compile(rb"\x0152=([^\x01]+)\x01")
FRAME = re.compile(rb"8=FIX[^\x01]*\x019=\d+\x01.*?\x0110=\d{3}\x01", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Faults:
    """How many of a thousand messages meet each fault, and how long those that take time take."""

    disconnect: int = 0
    duplicate: int = 0
    gap: int = 0
    delay: int = 0
    reset: int = 0
    garble: int = 0
    slow: int = 0
    silent: int = 0
    delay_ms: int = 200
    silent_ms: int = 3000

    def __bool__(self) -> bool:
        """Whether anything can go wrong."""
        return any(getattr(self, kind) for kind in KINDS)


KINDS = tuple(field.name for field in fields(Faults) if not field.name.endswith("_ms"))


def draw(faults: Faults, rng: random.Random, frame: bytes, to_client: bool) -> str:
    """The fault that meets a message, "" for none. A number is drawn for every message, so that
    a fault does not change what is drawn for the next ones.
    """
    point = rng.randrange(1000)
    for kind in KINDS:
        point -= getattr(faults, kind)
        if point < 0:
            return kind if _can(kind, frame, to_client) else ""
    return ""


def _can(kind: str, frame: bytes, to_client: bool) -> bool:
    if any(each in frame for each in _SPARED):
        return False
    lossy = kind in ("gap", "garble", "reset", "duplicate")
    if lossy and (_RESENT in frame or not _BUSINESS.search(frame)):
        return False
    return to_client or kind not in ("reset", "duplicate")


def garbled(frame: bytes) -> bytes:
    """One byte of the body changed, the checksum not."""
    place = frame.rindex(b"\x0110=") - 1
    return frame[:place] + (b"0" if frame[place : place + 1] != b"0" else b"1") + frame[place + 1 :]


def duplicated(frame: bytes) -> bytes:
    """The same message under its number, marked as a possible duplicate."""
    sent = _TIME.search(frame)
    mark = b"\x0143=Y\x01122=" + (sent[1] if sent else b"") + b"\x01"
    return sealed(_TIME.sub(lambda found: mark + b"52=" + found[1] + b"\x01", frame, count=1))


def reset(frame: bytes) -> bytes:
    """A SequenceReset without gap fill in place of the message: it is lost for good."""
    number = _NUMBER.search(frame)
    following = int(number[1]) + 1 if number else 1
    kept = [
        piece
        for piece in frame.split(b"\x01")
        if piece.partition(b"=")[0] in (b"8", b"9", b"34", b"49", b"52", b"56")
    ]
    body = [kept[0], kept[1], b"35=4", *kept[2:], b"36=%d" % following, b"10=000", b""]
    return sealed(b"\x01".join(body))


def sealed(frame: bytes) -> bytes:
    """The message with the BodyLength and CheckSum that it now needs."""
    begin, _, rest = frame.partition(b"\x019=")
    body = rest.partition(b"\x01")[2]
    body = body[: body.rindex(b"\x0110=") + 1]
    text = begin + b"\x019=%d\x01" % len(body) + body
    return text + b"10=%03d\x01" % (sum(text) % 256)
