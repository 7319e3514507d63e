"""Whom orders may go to, as the operator says it."""

import json

import pytest

from shared.config import ConfigError, HealingConfig

SECRET = {"workspace_id": "w", "host": "airflow.example", "secret": "s3cret"}


def test_without_settings_no_order_leaves() -> None:
    assert HealingConfig.from_environment({}) == HealingConfig(frozenset(), frozenset(), {})


def test_hosts_and_secrets_are_read_and_secrets_are_not_shown() -> None:
    config = HealingConfig.from_environment(
        {"HEALING_HOSTS": "Airflow.example,api.github.com", "HEALING_SECRETS": json.dumps({"AIRFLOW": SECRET})}
    )
    assert config.hosts == {"airflow.example", "api.github.com"}
    assert config.secrets["AIRFLOW"].secret == "s3cret"
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize("said", ["[]", "{", '{"A": "s3cret"}', '{"A": {"secret": "s3cret"}}'])
def test_secrets_that_are_none_are_refused_without_saying_them(said: str) -> None:
    with pytest.raises(ConfigError, match="HEALING_SECRETS must be") as refused:
        HealingConfig.from_environment({"HEALING_SECRETS": said})
    assert "s3cret" not in str(refused.value)
