"""Values for the placeholders of log templates, drawn by a seeded generator."""

import base64
import random
import uuid
from collections.abc import Callable, Mapping

NAMES = ("alice", "bob", "cyrus", "dora", "emil", "fatima", "goran", "hana", "orders", "billing", "nightly", "crm")
WORDS = ("price", "grind", "colour", "moisture", "origin", "weight", "supplier", "lot", "roast", "blend")
SITES = ("roastery", "harbour", "drum", "silo", "mill")
ENDINGS = ("example.com", "acme.org", "corp.internal", "cluster.local", "uni.ac.uk")
PACKAGES = ("com.acme.roaster", "org.drum.monitor", "com.example.mail.sync", "net.silo.app")
LETTERS = "abcdefgh"


def _hex(draw: random.Random, digits: int) -> str:
    return f"{draw.getrandbits(4 * digits):0{digits}x}"


def _ip(draw: random.Random) -> str:
    return ".".join(str(draw.randint(1, 254)) for _ in range(4))


def _host(draw: random.Random) -> str:
    site = draw.choice(SITES)
    if draw.random() < 0.5:
        return f"{site}-{draw.choice(LETTERS)}{draw.randint(1, 99)}.{draw.choice(ENDINGS)}"
    return draw.choice((f"{site}{draw.randint(1, 400)}", f"{site}.{draw.choice(ENDINGS)}"))


def _date(draw: random.Random) -> str:
    return f"20{draw.randint(10, 29)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"


def _clock(draw: random.Random) -> str:
    return f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}"


def _iso(draw: random.Random) -> str:
    return f"{_date(draw)}{draw.choice('T ')}{_clock(draw)}{draw.choice(('Z', '', '.123', '+02:00', ',481'))}"


def _long_date(draw: random.Random) -> str:
    day, month = draw.choice(("Mon", "Tue", "Sat", "Sun")), draw.choice(("Jan", "May", "Jun", "Nov"))
    return f"{day} {month} {draw.randint(1, 28):2} {_clock(draw)} 20{draw.randint(10, 29)}"


def _path(draw: random.Random) -> str:
    parts = [draw.choice(("data", "var", "srv", "tmp", *WORDS)) for _ in range(draw.randint(2, 5))]
    return "/" + "/".join(parts) + draw.choice(("", f"/part-{draw.randint(0, 99999):05}", ".csv", ".log"))


def _file(draw: random.Random) -> str:
    return f"{draw.choice(WORDS)}{draw.choice(('', '-2024', '_7'))}.{draw.choice(('csv', 'parquet', 'json', 'exe'))}"


def _size(draw: random.Random) -> str:
    return f"{draw.randint(1, 900) / draw.choice((1, 10)):g}{draw.choice((' ', ''))}{draw.choice(('KB', 'MB', 'GB'))}"


def _duration(draw: random.Random) -> str:
    return draw.choice((f"{draw.randint(1, 900)} ms", f"{draw.random() * 90:.2f}s", f"{draw.randint(2, 90)} seconds"))


def _ipv6(draw: random.Random) -> str:
    return draw.choice((f"fe80::{_hex(draw, 4)}:{_hex(draw, 3)}", ":".join(_hex(draw, 4) for _ in range(8))))


def _base64(draw: random.Random) -> str:
    return base64.b64encode(draw.randbytes(draw.randint(30, 60))).decode()


def _location(draw: random.Random) -> str:
    return (
        f"R{draw.randint(0, 77):02}-M{draw.randint(0, 1)}-N{draw.choice('0123456789ABCDEF')}-J{draw.randint(0, 17):02}"
    )


VALUES: Mapping[str, Callable[[random.Random], str]] = {
    "base64": _base64,
    "bare_hex": lambda draw: _hex(draw, 8),
    "block": lambda draw: f"blk_{draw.choice(('-', ''))}{draw.getrandbits(62)}",
    "blocks": lambda draw: " ".join(f"blk_{draw.getrandbits(40)}" for _ in range(draw.randint(1, 7))),
    "clf_date": lambda draw: f"{draw.randint(1, 28):02}/Nov/20{draw.randint(10, 29)}:{_clock(draw)} +0000",
    "clock": lambda draw: draw.choice((_clock(draw)[:5], "<1 sec", _clock(draw))),
    "date": _date,
    "duration": _duration,
    "email": lambda draw: f"{draw.choice(NAMES)}@{draw.choice(ENDINGS)}",
    "file": _file,
    "float": lambda draw: f"{draw.random() * draw.choice((1, 100)):.{draw.randint(1, 6)}f}",
    "hex": lambda draw: f"0x{_hex(draw, draw.choice((2, 8, 12)))}",
    "host": _host,
    "int": lambda draw: str(draw.randint(0, 10 ** draw.randint(1, 7))),
    "ip": _ip,
    "ip_or_host": lambda draw: draw.choice((_ip, _host))(draw),
    "ipv6": _ipv6,
    "iso": _iso,
    "letter": lambda draw: draw.choice(LETTERS),
    "location": _location,
    "long_date": _long_date,
    "mac": lambda draw: ":".join(_hex(draw, 2) for _ in range(6)),
    "maybe_host": lambda draw: draw.choice(("", _host(draw))),
    "name": lambda draw: draw.choice(NAMES),
    "package": lambda draw: draw.choice(PACKAGES),
    "path": _path,
    "percent": lambda draw: f"{draw.randint(0, 100)}{draw.choice(('%', '.5%', ' %'))}",
    "port": lambda draw: str(draw.randint(1024, 65535)),
    "size": _size,
    "task": lambda draw: f"attempt_20{draw.randint(10, 29)}_{draw.randint(1, 9999):04}_m_{draw.randint(0, 99):06}_0",
    "token": lambda draw: draw.choice(
        (draw.choice(WORDS), _hex(draw, 6), f"{draw.choice(NAMES)} {draw.choice(WORDS)}")
    ),
    "url": lambda draw: f"{draw.choice(('https', 's3', 'gs'))}://{_host(draw)}{_path(draw)}?run={draw.randint(1, 999)}",
    "url_path": lambda draw: f"/v2/{_hex(draw, 16)}/{draw.choice(WORDS)}",
    "uuid": lambda draw: str(uuid.UUID(int=draw.getrandbits(128))),
    "version": lambda draw: f"{draw.randint(0, 9)}.{draw.randint(0, 20)}.{draw.randint(0, 99)}",
    "word": lambda draw: draw.choice(WORDS),
    "word_id": lambda draw: f"{draw.choice(WORDS)}_{draw.choice(WORDS)}",
}
