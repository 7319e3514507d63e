from functions.rca.stages import failing_stage, stage_error


def stage(name, status="failed", error=None, **more):
    return {"name": name, "status": status, "error": error, **more}


def test_of_two_that_failed_the_one_upstream_is_blamed():
    stages = [stage("pack", error="no bags", depends_on=["roast"]), stage("roast", error="drum is stuck")]
    assert failing_stage(stages) == "roast"


def test_a_wrapper_and_what_was_skipped_are_not_blamed():
    stages = [
        stage("all", error="task_failure"),
        stage("roast", error="drum is stuck", parent="all"),
        stage("pack", status="upstream_failed"),
        stage("ship", status="skipped"),
    ]
    assert failing_stage(stages) == "roast"


def test_a_parent_with_words_of_its_own_gives_way_to_its_child():
    stages = [stage("all", error="drum is stuck, giving up"), stage("roast", error="drum is stuck", parent="all")]
    assert failing_stage(stages) == "roast"


def test_a_cycle_and_an_unknown_parent_change_nothing():
    stages = [
        stage("a", error="x", depends_on=["b"], parent="nowhere"),
        stage("b", error="y", depends_on=["a"], started_at="2024-05-01"),
    ]
    assert failing_stage(stages) == "b"


def test_nothing_failed():
    assert failing_stage([]) is None
    assert failing_stage([stage("roast", status="completed"), {"status": "failed"}]) is None
    assert stage_error([stage("roast")], "roast") == ""
