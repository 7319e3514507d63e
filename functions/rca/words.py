"""How lines speak of success, of failure, of trying again, and of failures that are not theirs (`words.yml`)."""

import re
from pathlib import Path

import yaml

_KINDS = yaml.safe_load((Path(__file__).parent / "words.yml").read_text("utf-8"))


def _one_of(kind: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _KINDS[kind]), flags)


HARMLESS = _one_of("harmless")
NOT_HARMLESS = _one_of("not_harmless", re.NOFLAG)
TRYING = _one_of("trying")
GIVING_UP = _one_of("giving_up")
RECOVERED = _one_of("recovered")
WENT_WELL = _one_of("went_well")
SUCCEEDED = _one_of("succeeded")
FAILED = _one_of("failed", re.NOFLAG)
WRAPPER = re.compile(
    rf"^\W*(?:\w{{1,80}}(?:\.\w{{1,80}}){{0,12}}(?:Error|Exception|Failed)\w{{0,20}}:\s)?(?:{_one_of('wrapper').pattern})\s*$",
    re.IGNORECASE,
)
# Worth a second look in a long log, as the keys of its lines have them: in lower case, without digits.
STEMS = (
    b"error", b"fail", b"exception", b"fatal", b"panic", b"traceback", b"caused by", b"kill", b"denied", b"refused",
    b"timeout", b"timed out", b"time limit", b"unable", b"cannot", b"can't", b"could not", b"couldn't", b"not found",
    b"no such", b"missing", b"invalid", b"unknown", b"exceed", b"expired", b"unauthori", b"forbidden", b"reset",
    b"abort", b"segmentation", b"dumped", b"oom", b"memory", b"no space", b"quota", b"too many", b"exhaust",
    b"deadlock", b"assert", b"undefined", b"unexpected", b"violat", b"mismatch", b"not exist", b"duplicate",
    b"malformed", b"corrupt", b"evict", b"throttl", b"slowdown", b"unavailable", b"certificate", b"ora-", b"not set",
    b"unbound", b"unrecognized", b"required", b"is empty", b"never arrived", b"gave up", b"giving up", b"lost",
    b"stopped", b"changed", b"critical", b"severe", b"does not", b"->", b"default", b"backoff", b"reject",
    b"conflict", b"incompatib", b"unsupported", b"fehler", b"http", b" rows ",
)  # fmt: skip
