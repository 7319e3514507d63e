"""The same failure has the same signature, another failure another."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.log_values import VALUES
from bench.signatures import TEMPLATES, drawn_lines, grouping_accuracy
from shared.signatures import fingerprint_of, signature_of, template_of

SYSTEMS = sorted(TEMPLATES.glob("*.txt"))
SAME = [
    ("worker 17 lost table 'orders_3'", "worker 4 lost table 'invoices_9'"),
    ("cannot map 0x7ffd3a10", "cannot map 0x1a2b3c4d"),
    ("run 550e8400e29b41d4 timed out after 30 s", "run 9f86d081884c7d65 timed out after   600 ms"),
    ("node-D1.host is down", "mill-a7.example.com is down"),
    ("cannot reach 10.0.0.7:5432", "cannot reach db.corp.internal:5432"),
    ("cannot reach fe80::1ff:fe23:4567", "cannot reach 2001:db8::8a2e:370:7334"),
    ("link 5c:50:15:4c:18:13 is gone", "link de:ad:be:ef:ca:fe is gone"),
    ("job 6fa459ea-ee8a-3ca4-894e-db77e160355e stuck", "job 16fd2706-8baf-433b-82eb-8c7fada847da stuck"),
    ("lost blk_1 blk_2 blk_3 of the file", "lost blk_9 of the file"),
    ("ids [1, 2, 3] are unknown", "ids [7] are unknown"),
    ("read https://a.example.com/x?page=3&key=ab failed", "read s3://bucket-7/y.csv failed"),
    ("cannot open C:\\Users\\alice\\in.csv", "cannot open D:\\data\\17\\out.csv"),
    ("cannot open /srv/data/in.csv", "cannot open ./out-7.parquet"),
    ("mail to alice@example.com bounced", "mail to bob.b@acme.org bounced"),
    ("only 12KB left", "only 1.5 GB left"),
    ("used 97% of memory", "used 8.5 % of memory"),
    ("attempt 3/5 failed", "attempt 1/5 failed"),
    ("row #12 is bad", "row #40567 is bad"),
    ("died at Sat Jun 18 02:08:10 2005", "died at 2026-11-24T10:00:00.123Z"),
    ("died at Tue, 24 Nov 2026 11:49:19 GMT", "died at 24/Nov/2026:11:49:19 +0000"),
    ("died on 03/17/2026 at 4:14:02 PM", "died on 2026-03-17 at 16:14:02,136"),
    ("logged in: user=alice pid=17", "logged in: user=root pid=4"),
    ("session opened for user alice by (uid=0)", "session opened for user cyrus by (uid=1000)"),
    ("Failed password for root from 10.0.0.1", "Failed password for goran from 10.9.8.7"),
    ("saved table=raw_orders at owner=null", "saved table=customers at owner=alice"),
    ('1.2.3.4 "GET /a HTTP/1.1" status: 200 len: 7', '1.2.3.5 "GET /b HTTP/1.1" status: 404 len: 9'),
    ("query returned 3 rows", "query returned 17 rows"),
    ("no route on host alpha today", "no route on host beta today"),
    ("listening at ::1 again", "listening at 127.0.0.1 again"),
    ("no access to arn:aws:s3:::roasts/raw", "no access to arn:aws:sqs:eu-west-1:123:queue"),
    ("held by ws=WorkSource{10113}, 3 s", "held by ws=null, 40 s"),
    ("cannot connect to kafka:9092", "cannot connect to 10.0.0.7:9092"),
    ("token QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk= revoked", "token c29tZSBvdGhlciB0b2tlbiBvZiA5OQ== revoked"),
    ("\x1b[31mERROR\x1b[0m disk 3 is full", "ERROR disk 14 is full"),
    ('{"ts": 1, "level": "error", "msg": "disk 3 is full"}', '{"msg":"disk 14 is full","host":"mill-2","pid":9}'),
    ("2026-11-24 10:00:00 disk 3 is full\nbye 1", "2027-01-02 23:59:59 disk 4 is full\nbye 2"),
]
DIFFERENT = [
    ("disk 3 is full", "disk 3 is gone"),
    ("permission denied", "connection refused"),
    ("don't stop", "don't go"),
    ("container died: exit code 137", "container died: exit code 1"),
    ("command exited with status 2", "command exited with status 127"),
    ("GET /v1/runs: HTTP 404", "GET /v1/runs: HTTP 500"),
    ('"GET /v1/runs HTTP/1.1" 502 17', '"GET /v1/runs HTTP/1.1" 404 17'),
    ("answer: status_code=429", "answer: status_code=503"),
    ("404 Client Error for url: http://a/b", "503 Server Error for url: http://a/b"),
    ("HTTP Error 404: no", "HTTP Error 503: no"),
    ("job failed: {'exit_code': 137}", "job failed: {'exit_code': 1}"),
    ("returncode=2 of make", "returncode=77 of make"),
    ("answer: error code E101", "answer: error code E202"),
    ("connection to server lost", "connection to server refused"),
    ("[Errno 13] cannot open 'x'", "[Errno 28] cannot open 'x'"),
    ("ORA-00942 in line 3", "ORA-01017 in line 3"),
    ("failed: SQLSTATE 42P01", "failed: SQLSTATE 40001"),
    ("ERROR 1045 (28000) at line 1", "ERROR 2002 (HY000) at line 1"),
    ("killed by signal 9", "killed by signal 11"),
    ("java.io.IOException: broken", "java.lang.OutOfMemoryError: broken"),
    ("KeyError: 'x'", "IndexError: 'x'"),
    ("state=RUNNING", "state=FAILED"),
    ("enabled=true", "enabled=false"),
    ("cannot add 'int' and 'str'", "cannot add 'NoneType' and 'str'"),
    ('Code=1 "The request timed out."', 'Code=1 "The connection appears to be offline."'),
    ('"GET /a HTTP/1.1" refused', '"POST /a HTTP/1.1" refused'),
    ("Input/output error", "tree/torus error"),
    ("mapred.job.id is deprecated", "mapred.task.id is deprecated"),
    ("action SCREEN_ON android.intent.SCREEN_ON", "action SCREEN_ON android.intent.SCREEN_OFF"),
    ("user unknown", "user locked"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_failure_elsewhere_has_the_same_signature(one: str, other: str) -> None:
    assert template_of(one) == template_of(other)
    assert fingerprint_of(one) == fingerprint_of(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_failure_has_another_signature(one: str, other: str) -> None:
    assert fingerprint_of(one) != fingerprint_of(other)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda path: path.stem)
def test_lines_are_grouped_by_their_templates(system) -> None:
    lines = drawn_lines(system, 400, seed=7)
    assert grouping_accuracy(lines, fingerprint_of) >= 0.7
    assert grouping_accuracy(lines, lambda line: line) < 0.1, "the lines vary"


def test_the_mean_grouping_accuracy_reaches_its_target() -> None:
    accuracies = [grouping_accuracy(drawn_lines(system, 400, seed=7), fingerprint_of) for system in SYSTEMS]
    assert sum(accuracies) / len(accuracies) >= 0.9


@settings(deadline=None)
@given(st.sampled_from(SYSTEMS), st.integers(0, 10_000))
def test_a_template_is_its_own_template(system, seed: int) -> None:
    for _, line in drawn_lines(system, 1, seed)[:3]:
        assert template_of(template_of(line)) == template_of(line)


KINDS = sorted(set(VALUES) - {"name", "word", "word_id", "maybe_host", "letter", "blocks", "clock", "token"})


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.integers(), st.integers())
def test_any_two_values_of_a_kind_are_masked_alike(kind: str, one: int, other: int) -> None:
    texts = [f"cannot take {VALUES[kind](random.Random(seed))} again" for seed in (one, other)]
    assert template_of(texts[0]) == template_of(texts[1]) == "cannot take <*> again"


@pytest.mark.parametrize("text", [None, "", " \n\t", "\x00\x07"])
def test_what_says_nothing_has_no_signature(text: str | None) -> None:
    assert (signature_of(text).fingerprint, signature_of(text).template) == ("", "")


def test_a_fingerprint_stays_the_same_in_every_process_and_release() -> None:
    assert fingerprint_of("disk 3 is full") == "d2354dc4f9ea"


def test_a_status_in_quotation_marks_says_which_failure_it_is() -> None:
    unauthorised = "Client error '401 Unauthorized' for url 'https://api.example/orders?page=7'"
    throttled = "Client error '429 Too Many Requests' for url 'https://api.example/orders?page=9'"
    assert fingerprint_of(unauthorised) != fingerprint_of(throttled)
    assert fingerprint_of(unauthorised) == fingerprint_of(unauthorised.replace("page=7", "page=12"))
