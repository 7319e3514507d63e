import subprocess
import sys

from functions.rca.classifier import MODEL, shares_of
from functions.rca.corpus import examples, learn, model_bytes
from functions.rca.diagnose import diagnose
from functions.rca.subcause import all_subcauses


def test_the_model_is_what_the_corpus_gives():
    assert model_bytes(*learn(examples())) == MODEL.read_bytes(), "run python -m functions.rca.corpus"


def test_the_corpus_knows_every_subcause():
    assert {name for _, name in examples()} == {*all_subcauses(), "none"}


def test_shares_are_probabilities_and_depend_on_the_words():
    memory, nothing = shares_of(["the process was killed for want of memory", "the roast is done"])
    assert 0.0 < sum(memory.values()) <= 1.0001
    assert max(memory, key=memory.get) == "memory_exhausted"
    assert sum(nothing.values()) < 0.5


def test_it_answers_where_no_rule_does():
    found = diagnose("ERROR our partner's endpoint keeps hanging up in the middle of the transfer")
    assert found.cause.family == "connection_auth"
    assert "words are like" in found.cause.evidence[0].why


def test_serving_needs_no_scikit_learn():
    code = (
        "import sys; from functions.rca.diagnose import diagnose; diagnose('ERROR odd thing'); "
        "print('sklearn' in sys.modules, 'onnxruntime' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "True"]
