"""`doctor`: is everything in order, and if not, what to do."""

from __future__ import annotations

from pathlib import Path

import click

from bot.clock import RealClock


@click.command()
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default="config.yaml",
    show_default=True,
    help="settings",
)
@click.option("--send-test", is_flag=True, help="send a test over the second channel and one heartbeat")
def doctor(config_path: Path, send_test: bool) -> None:
    """Check config, roster, database, clock, fonts, puppet and second channel, with the mend for each."""
    from bot.doctor import examine

    faults = 0
    for finding in examine(config_path, RealClock().now(), send_test=send_test):
        faults += finding.is_fault
        mark = "✗" if finding.is_fault else "!" if finding.mend else "✓"
        click.echo(f"{mark} {finding.what}：{finding.found}" + (f" → {finding.mend}" if finding.mend else ""))
    if faults:
        raise SystemExit(2)
