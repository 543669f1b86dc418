"""An import happens as a whole or not at all: one transaction around everything, with the bot's own ones inside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.store import Store


class WholeStore(Store):
    """A store in which a transaction inside another one can be undone alone, as it could by itself."""

    @classmethod
    def over(cls, path: Path, community: str, *, durable: bool = True) -> WholeStore:
        """Open the database. Raises StoreError."""
        opened = Store.open(path, community, durable=durable)
        return cls(opened.conn, community)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._depth != 1:
            # The outermost one is real; what lies deeper than the bot's own joins it, as in Store.
            with super().transaction():
                yield
            return
        self._depth += 1
        self.conn.execute("SAVEPOINT inner")
        try:
            yield
        except BaseException:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK TO inner")
                self.conn.execute("RELEASE inner")
            raise
        else:
            self.conn.execute("RELEASE inner")
        finally:
            self._depth -= 1
