"""config.yaml and the environment: what is taken, and what is said of everything that cannot be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError, Settings, load

ROOT = Path(__file__).parents[2]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_holds_the_defaults() -> None:
    shipped = load(ROOT / "config.yaml", {})
    assert (
        shipped.model_copy(update={"store": Settings().store, "roster": Settings().roster, "backup": Settings().backup})
        == Settings()
    )


def test_times_may_be_quoted_or_not(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'day: {deadline: 11:30, reminders: ["9:00", 10:15], opens: "04:30"}'), {})
    assert settings.day.deadline == dt.time(11, 30)
    assert settings.day.reminders == (dt.time(9), dt.time(10, 15))
    assert settings.day.opens == dt.time(4, 30)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "escalation: {claim_holds: 30}\nweb: {port: 1}")
    environ = {
        "BAOANNIAO_ESCALATION__CLAIM_HOLDS": "45",
        "BAOANNIAO_PUPPET__TOKEN": "a-secret",
        "BAOANNIAO_DAY__REMINDERS": "[07:00, 08:00]",
        "PATH": "ignored",
    }
    settings = load(path, environ)
    assert settings.escalation.claim_holds == 45
    assert settings.puppet.token.get_secret_value() == "a-secret"
    assert settings.day.reminders == (dt.time(7), dt.time(8))


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "store: {path: my.db}"), {})
    assert settings.store.path == tmp_path / "my.db"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("colour: red", "colour: unknown key"),
        ("day: {dealine: '10:00'}", "day.dealine: unknown key"),
        ("day: {deadline: '25:00'}", "day.deadline"),
        ("day: {deadline: soon}", "day.deadline"),
        ("day: {deadline: '04:00'}", "deadline must be later than opens"),
        ("day: {reminders: ['09:30', '08:30']}", "reminders must be in order"),
        ("escalation: {backup_after: 50}", "coordinator_after must be more than backup_after"),
        ("escalation: {claim_holds: 0}", "escalation.claim_holds"),
        ("pace: {per_day: -1}", "pace.per_day"),
        ("web: {port: 99999}", "web.port"),
        ("puppet: {kind: telepathy}", "puppet.kind"),
        ("timezone: Mars/Olympus", "timezone"),
        ("community: ''", "community"),
        ("day: [1, 2]", "day"),
        ("[1, 2]", "must hold keys"),
        ("day: {", "line"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, text), {})
    assert place in str(error.value) and "config.yaml" in str(error.value)


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    path = written(tmp_path, "puppet: {token: [tell-nobody]}")
    with pytest.raises(ConfigError) as error:
        load(path, {})
    assert "tell-nobody" not in str(error.value)
    assert "tell-nobody" not in repr(load(written(tmp_path, "puppet: {token: tell-nobody}"), {}))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "missing.yaml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})
    (tmp_path / "gbk.yaml").write_bytes("community: 社区".encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "gbk.yaml", {})


@given(
    st.dictionaries(
        st.sampled_from(["community", "day", "web", "pace", "x"]), st.one_of(st.text(), st.integers(), st.none())
    )
)
def test_any_values_give_settings_or_a_clear_error(values: dict[str, object]) -> None:
    environ = {f"BAOANNIAO_{key.upper()}": str(value) for key, value in values.items()}
    try:
        load(None, environ)
    except ConfigError as error:
        assert str(error).strip()
