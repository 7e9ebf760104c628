"""Remembering what was read last: records never change while a case base is open, and questions are alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class Recent(Generic[_Item]):
    """The items read last, by key. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        """Remember at most ``most`` items."""
        self._most = most
        self._lock = threading.Lock()
        self._items: dict[int, _Item] = {}

    def get(self, keys: Sequence[int], read: Callable[[Sequence[int]], dict[int, _Item]]) -> dict[int, _Item]:
        """Return items by key, calling ``read`` for those that are not remembered; it may not know some keys."""
        with self._lock:
            found = {key: self._items[key] for key in keys if key in self._items}
        new = read([key for key in keys if key not in found])
        with self._lock:
            self._items |= new
            while len(self._items) > self._most:
                del self._items[next(iter(self._items))]
        return found | new

    def forget(self, keys: Sequence[int]) -> None:
        """Forget items by key."""
        with self._lock:
            for key in keys:
                self._items.pop(key, None)
