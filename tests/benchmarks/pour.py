"""The load generator, in a process of its own: tells the test gateway what is said, heap by heap, each at its own time.

    python -m tests.benchmarks.pour CONTROL_PORT PREFIX PER_SECOND SECONDS SAYINGS.json

SAYINGS: [[contact id, text], …], said one after another, again and again. Messages are named PREFIX<heap>-<n>.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from pathlib import Path

AT_ONCE = 10  # messages come in small heaps


def pour(port: int, prefix: str, per_second: int, seconds: int, sayings: list[tuple[str, str]]) -> None:
    """Returns when all is said. A gateway that is slow to take a heap delays no later one's due time."""
    gateway = http.client.HTTPConnection("127.0.0.1", port)
    begin = time.perf_counter()
    for heap in range(seconds * per_second // AT_ONCE):
        time.sleep(max(begin + heap * AT_ONCE / per_second - time.perf_counter(), 0))
        some = [sayings[(heap * AT_ONCE + n) % len(sayings)] for n in range(AT_ONCE)]
        body = {"n": AT_ONCE, "prefix": f"{prefix}{heap}", "from": [w for w, _ in some], "texts": [t for _, t in some]}
        gateway.request("POST", "/bulk", json.dumps(body))
        answer = gateway.getresponse()
        answer.read()
        assert answer.status == 200


if __name__ == "__main__":
    _, port, prefix, per_second, seconds, file = sys.argv
    pour(int(port), prefix, int(per_second), int(seconds), json.loads(Path(file).read_text(encoding="utf-8")))
