"""Each patch that wechaty needs, seen from a fresh interpreter where it matters."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.wechat import compat

compat.prepare()

ROOT = Path(__file__).parents[2]


def python(code: str, cwd: Path, warnings: str = "error", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", warnings, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_importing_compat_does_nothing(tmp_path: Path) -> None:
    done = python(
        "import sys; before = set(sys.modules); import bot.wechat.compat; print('wechaty' in sys.modules)", tmp_path
    )
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


def test_wechaty_imports_twice_prepared_in_silence_and_leaves_the_folder_and_the_environment_alone(
    tmp_path: Path,
) -> None:
    code = (
        "from bot.wechat import compat; compat.prepare(); compat.prepare()\n"
        "import os, wechaty, wechaty_puppet_service\n"
        "print(wechaty.Wechaty.__name__, *(os.environ[k] for k in ('WECHATY_LOG', 'WECHATY_LOG_FILE', 'CACHE_DIR')))"
    )
    done = python(code, tmp_path, WECHATY_LOG="debug", WECHATY_LOG_FILE="chat.log", CACHE_DIR="cache")
    assert done.stdout.split() == ["Wechaty", "debug", "chat.log", "cache"], done.stderr
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_without_prepare_the_stock_package_does_not_import(tmp_path: Path) -> None:
    done = python("import wechaty", tmp_path, warnings="ignore")  # when this passes one day, compat can go
    assert done.returncode == 1
    assert re.search(r"^(ImportError|ModuleNotFoundError|ValueError):", done.stderr, re.M), done.stderr


def test_a_url_s_host_is_read_as_urllib3_1_did() -> None:
    from wechaty.user import url_link

    assert url_link.get_host("https://mp.weixin.qq.com:8443/s?x=1") == ("https", "mp.weixin.qq.com", 8443)
    assert url_link.get_host("mp.weixin.qq.com")[0] == "http"


def test_telnetlib_is_only_there_while_wechaty_is_imported() -> None:
    with compat.telnetlib_stand_in():
        import telnetlib

        assert telnetlib.Telnet is compat.PortProbe
    assert sys.modules.get("telnetlib") is not telnetlib


def test_the_port_probe_tells_an_open_port_from_a_closed_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        compat.PortProbe().open("127.0.0.1", port)
    with pytest.raises(OSError):
        compat.PortProbe().open("127.0.0.1", port)


def test_puppet_options_can_be_a_default_and_each_is_itself() -> None:
    from wechaty_puppet import PuppetOptions

    assert len({PuppetOptions(), PuppetOptions()}) == 2


def test_what_wechaty_logs_has_no_words_in_it_and_goes_to_the_program_s_own_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    from wechaty.wechaty import log

    log.info("receive message <%s>", "我住五零二")
    log.warning("the token is 八八八")
    try:
        raise ValueError("我住五零二")
    except ValueError:
        log.exception("internal error <%s>", "我住五零二")
    assert [r.getMessage().startswith("ValueError in wechaty, test_compat line") for r in caplog.records] == [True]
    assert "五零二" not in caplog.text and "八八八" not in caplog.text
    assert capfd.readouterr() == ("", "")


def test_a_logger_that_wechaty_asks_for_later_opens_no_file(tmp_path: Path) -> None:
    from wechaty import plugin

    logger = plugin.get_logger("some-plugin", file=str(tmp_path / "log.log"))
    logger.error("words")
    assert logger.handlers == [] and list(tmp_path.iterdir()) == []


def test_the_cache_is_a_private_folder_outside_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wechaty.config import config

    monkeypatch.chdir(tmp_path)
    folder = Path(config.cache_dir)
    assert folder.is_absolute() and folder.stat().st_mode & 0o077 == 0
    assert config.cache_dir == str(folder) and list(tmp_path.iterdir()) == []


async def test_starting_the_plugins_prepares_them_and_opens_no_port(tmp_path: Path) -> None:
    from wechaty import Wechaty, WechatyOptions, WechatyPlugin
    from wechaty_puppet import Puppet, PuppetOptions

    class Plugin(WechatyPlugin):  # type: ignore[misc]
        ready = False

        async def init_plugin(self, wechaty: object) -> None:
            self.ready = True

    with socket.create_server(("127.0.0.1", 0)) as taken:  # a busy port no longer keeps on_login from being called
        port = taken.getsockname()[1]
        options = WechatyOptions(puppet=Puppet(), puppet_options=PuppetOptions(), host="127.0.0.1", port=port)
        bot = Wechaty(options)
        bot.use(plugin := Plugin())
        await bot._plugin_manager.start()
    assert plugin.ready
    assert not bot._plugin_manager.scheduler.running and bot._plugin_manager.scheduler.get_jobs() == []
    with socket.create_server(("127.0.0.1", port)):
        pass  # nobody listens there
    assert "SQLAlchemy" not in repr(bot._plugin_manager.scheduler._jobstores)  # its jobs are in no file


async def test_a_start_that_fails_raises(capfd: pytest.CaptureFixture[str]) -> None:
    from wechaty import Wechaty, WechatyOptions
    from wechaty_puppet import Puppet, PuppetOptions

    class Broken(Puppet):  # type: ignore[misc]
        def on(self, event_name: str, caller: object) -> None: ...

        def listener_count(self, event_name: str) -> int:
            return 0

        async def start(self) -> None:
            raise RuntimeError("no gateway")

    bot = Wechaty(WechatyOptions(puppet=Broken(), puppet_options=PuppetOptions()))
    with pytest.raises(RuntimeError, match="no gateway"):
        await bot.start()
    assert capfd.readouterr().out == ""
