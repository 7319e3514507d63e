from functions.rca.changes import changes_since


def test_without_a_success_nothing_changed() -> None:
    assert changes_since({}, {"last_success": None, "config": {"a": 1}}) == []


def test_settings_that_came_or_went_are_changes() -> None:
    context = {"config": {"retries": 3}, "last_success": {"config": {"workers": 2}}}
    assert {(change.where, change.before, change.after) for change in changes_since({}, context)} == {
        ("config.workers", "2", "nothing"),
        ("config.retries", "nothing", "3"),
    }


def test_of_secrets_nothing_is_shown() -> None:
    former = {"config": {"env": {"DB_PASSWORD": "hunter2"}}}
    (change,) = changes_since({}, {"config": {"env": {"DB_PASSWORD": "hunter3"}}, "last_success": former})
    assert "hunter" not in change.sentence


def test_numbers_in_metadata_are_no_change_but_versions_are() -> None:
    context = {"config": None, "last_success": {"metadata": {"rows": 5, "image": "etl:1"}}}
    (change,) = changes_since({"metadata": {"rows": 6, "image": "etl:2"}}, context)
    assert change.where == "metadata.image"


def test_a_volume_counts_once_it_doubled_or_halved() -> None:
    former = {"last_success": {"rows_processed": 100, "data_volume_mb": 10.0}, "config": None}
    found = changes_since({"rows_processed": 199, "data_volume_mb": 5.0}, former)
    assert [change.where for change in found] == ["data_volume_mb"]
    assert changes_since({"rows_processed": 0, "data_volume_mb": 9.0}, former)[0].after == "0"
