import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.credentials import Credentials
from local.description import FILE_NAME, StackDescription
from local.errors import StackError


def describe(processes: Mapping[str, int] | None = None) -> StackDescription:
    return StackDescription(
        pid=1,
        data_dir="/data",
        database_url="postgres://postgres:hunter2@127.0.0.1:5432/postgres",
        api_url="http://127.0.0.1:1",
        publishable_key="sb_publishable_x",
        gateway_url="http://127.0.0.1:2",
        functions_url="http://127.0.0.1:2/functions/v1",
        redis_url="http://127.0.0.1:3",
        redis_token="hunter2",
        object_store_url="http://127.0.0.1:4",
        bucket="artifacts",
        access_key_id="key",
        secret_access_key="hunter2",
        webhook_secret="hunter2",
        jwt_secret="hunter2",
        demo_email="demo@flexiroaster.example",
        demo_password="hunter2",
        embedded_postgres=True,
        processes=processes or {},
    )


def test_it_survives_the_round_trip():
    description = describe(processes={"redis": 12})
    assert StackDescription.from_json(description.to_json()) == description


def test_only_its_owner_can_read_it(tmp_path: Path):
    describe().write(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert StackDescription.read(tmp_path) == StackDescription.read(tmp_path / FILE_NAME)


def test_its_repr_shows_no_secret():
    assert "hunter2" not in repr(describe())


def test_no_stack_is_a_sentence(tmp_path: Path):
    with pytest.raises(StackError, match=r"No stack runs in .*flexiroaster up"):
        StackDescription.read(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": 1}'])
def test_a_damaged_description_is_a_sentence(text: str):
    with pytest.raises(StackError, match="not readable"):
        StackDescription.from_json(text)


def test_secrets_are_random_kept_and_private(tmp_path: Path):
    made = Credentials.load_or_make(tmp_path)
    assert Credentials.load_or_make(tmp_path) == made
    assert made != Credentials.make()
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert made.redis_password not in repr(made)


def test_damaged_secrets_are_made_anew(tmp_path: Path):
    made = Credentials.load_or_make(tmp_path)
    (tmp_path / "secrets.json").write_text("{")
    assert Credentials.load_or_make(tmp_path) != made
