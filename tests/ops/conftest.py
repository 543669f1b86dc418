"""A busy day on a real database, and far ends on loopback that keep what they were sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.media.drawing import jpeg, scene
from tests.world import World


def play_a_busy_day(world: World) -> None:
    """Check-ins, an absence, a request, a fall, a claim, a missed deadline, an escalation, a question, a summary."""
    world.says("赵敏（赵德厚女儿）", "我爸妈今天都好，早饭吃过了", "06:10")
    world.says("周强", "我妈孙桂芳今天挺好，电话10000010003通着", "07:10")
    world.says("红红火火", "孙兰芝今天去我家住两天，别等她了", "07:30")
    world.says("小洁", "我爷爷郑福生想请人帮忙买点降压药", "08:00")
    world.says("何平", "王秀兰摔倒了，起不来，快来人", "08:05")
    world.says("何建国（志愿者）", "我去看王秀兰", "08:07")
    world.says("何建国（志愿者）", "王秀兰送到医院了，家里人陪着", "08:40")
    world.says("国栋", "平安", "08:45")
    picture = world.path.with_name("sent.jpg")
    picture.write_bytes(jpeg(scene(1, 300, 400)))
    world.says("周强", "", "08:50", type="image", file=picture)
    world.says("过路人", "纺织院9号楼有人知道吗", "09:00")
    world.until("10:45")
    world.says("郭晓雨", "我去看周玉梅", "10:50")
    world.says("郭晓雨", "周玉梅在家，一切都好", "11:10")
    world.until("20:30")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def busy(world: World) -> World:
    play_a_busy_day(world)
    return world


@dataclass
class FarEnd:
    """An HTTP server on loopback: (method, path, body) of each request; it answers `status`."""

    url: str = ""
    status: int = 200
    got: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.got]

    @property
    def notices(self) -> list[dict[str, Any]]:
        """What Apprise's json:// sent."""
        return [json.loads(body) for method, _, body in self.got if method == "POST"]


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    end = FarEnd()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            end.got.append((self.command, self.path, body))
            self.send_response(end.status)
            self.end_headers()

        do_GET = do_POST = _take

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    end.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield end
    server.shutdown()
    server.server_close()
    thread.join()
