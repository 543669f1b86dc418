"""What keeps watch over the watcher: backups, the second channel, the heartbeat, figures and logs."""
