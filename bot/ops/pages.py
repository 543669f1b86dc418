"""/metrics and /healthz on the bot's own port, for this machine alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.util
import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING

from quart import Quart, Response, abort, jsonify, request

from bot.ops.attendant import Attendant
from bot.ops.health import Health

if TYPE_CHECKING:
    from bot.ops.metrics import Metrics


def register(app: Quart, attendant: Attendant) -> Metrics | None:
    """Add both pages for a running bot; returns the figures, None where prometheus-client is not installed."""
    settings = attendant.settings
    metrics: Metrics | None = None
    if importlib.util.find_spec("prometheus_client"):
        from bot.ops.metrics import Metrics as Figures

        metrics = Figures(settings.store.path, settings.community, attendant.health, attendant.last_backup)
        attendant.on_step(metrics.step_taken)
    add_pages(app, metrics, attendant.health, attendant.clock.now)
    return metrics


def add_pages(
    app: Quart, metrics: Metrics | None, health: Callable[[], Health], now: Callable[[], dt.datetime]
) -> None:
    """The routes themselves: /metrics (text), /healthz (JSON; 200 when well, else 503 with the reasons)."""

    async def metrics_page() -> Response:
        _from_here()
        if metrics is None:
            return Response("prometheus-client is not installed\n", status=503, content_type="text/plain")
        text = await asyncio.to_thread(metrics.text, now())
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")

    async def health_page() -> tuple[Response, int]:
        _from_here()
        found = health()
        return jsonify(found.as_json()), 200 if found.well else 503

    app.add_url_rule("/metrics", endpoint="metrics", view_func=metrics_page)
    app.add_url_rule("/healthz", endpoint="healthz", view_func=health_page)


def _from_here() -> None:
    """Even where the page is open to other machines, these are not."""
    try:
        if ipaddress.ip_address(request.remote_addr or "").is_loopback:
            return
    except ValueError:
        pass
    abort(404)
