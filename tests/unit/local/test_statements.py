import doctest

import pytest

import local.statements
from local.statements import split


def texts(script: str) -> list[str]:
    return [statement.text for statement in split(script)]


def test_the_docstring_is_true():
    assert doctest.testmod(local.statements).failed == 0


@pytest.mark.parametrize(
    "statement",
    [
        "select ';'",
        "select 'it''s; here'",
        r"select e'a\'; b'",
        'select 1 as "semi;colon"',
        "do $body$ begin perform 1; end $body$",
        "select $$ $tag$ ; $tag$ $$",
        "select /* a; /* nested; */ b; */ 1",
        "select 1 -- a; b\n+ 1",
        "create function f() returns int begin atomic select case when true then 1 end; select 2; end",
        "prepare p as select $1; "[:-2],
    ],
)
def test_a_semicolon_inside_a_statement_does_not_end_it(statement: str):
    assert texts(f"{statement};\nselect 'next';") == [statement, "select 'next'"]


def test_a_transaction_block_is_not_taken_for_a_function_body():
    assert texts("begin; select 1; end;") == ["begin", "select 1", "end"]


def test_the_line_is_that_of_the_first_word_not_of_the_comment_above():
    (first, second) = split("select 1;\n\n-- why\n/* and\n how */ select\n2")
    assert (first.line, second.line) == (1, 5)


def test_nothing_but_comments_is_no_statement():
    assert split("-- nothing\n ; /* at */ ;\n") == []
