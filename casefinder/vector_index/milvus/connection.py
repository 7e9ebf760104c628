"""The connection to a Milvus server: address, secrets from the environment, time limits and second tries."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from casefinder.errors import IndexDamagedError, IndexUnavailableError, VectorIndexError

if TYPE_CHECKING:
    from pymilvus import MilvusClient

TOKEN_VARIABLE: Final = "CASEFINDER_MILVUS_TOKEN"
DATABASE_VARIABLE: Final = "CASEFINDER_MILVUS_DATABASE"
TIMEOUT_VARIABLE: Final = "CASEFINDER_MILVUS_TIMEOUT"
_TLS_FILES: Final = {
    "CASEFINDER_MILVUS_SERVER_CERT": "server_pem_path",
    "CASEFINDER_MILVUS_CA_CERT": "ca_pem_path",
    "CASEFINDER_MILVUS_CLIENT_CERT": "client_pem_path",
    "CASEFINDER_MILVUS_CLIENT_KEY": "client_key_path",
}
_TIMEOUT_S: Final = 30.0  # of one call; a search that takes longer has no one waiting for it
_LONG_S: Final = 600.0  # of making, flushing and loading a collection
# pymilvus itself tries again while a connection is broken or a limit on requests is hit, until the time limit.
# What a server says is worth another try, such as a shard between two leaders, it hands on: tried again here.
_WAITS_S: Final = (0.1, 0.4, 1.6)
_LOCAL_SUFFIX: Final = ".db"  # how pymilvus tells a file of Milvus Lite from a server


class MilvusConnection:
    """A client of one server. Safe to share between threads."""

    def __init__(self, uri: str) -> None:
        """Connect to ``uri``, which ``check_uri`` has checked.

        Raises:
            VectorIndexError: pymilvus is not installed.
            IndexUnavailableError: The server does not answer, or refuses the token.
        """
        self.uri = uri
        self._timeout_s = _timeout_s()
        self._client = self._connect()

    def call(self, action: str, *, long: bool = False, **arguments: object) -> Any:  # noqa: ANN401 - as pymilvus
        """Call a method of ``MilvusClient`` with a time limit, and again where the server asks for it.

        Args:
            action: Name of the method; it must be harmless to repeat.
            long: Allow minutes, for what makes or loads a whole collection.
            arguments: Its arguments, except ``timeout``.

        Raises:
            IndexUnavailableError: The server does not answer or cannot serve now.
            VectorIndexError: It refuses the call.
        """
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        method = getattr(self._client, action)
        for wait_s in (*_WAITS_S, None):
            try:
                return method(timeout=_LONG_S if long else self._timeout_s, **arguments)
            except (MilvusException, RpcError) as exc:
                if wait_s is None or not getattr(exc, "retriable", False):
                    raise _error(self.uri, action, exc) from exc
                time.sleep(wait_s)
        raise AssertionError("the last try returns or raises")

    def pages(self, collection: str, fields: Sequence[str], *, n_rows: int) -> Iterator[list[dict[str, Any]]]:
        """Read some fields of all rows of a collection, in pages; the errors are those of ``call``."""
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        iterator = self.call(
            "query_iterator",
            collection_name=collection,
            filter="",
            batch_size=n_rows,
            output_fields=list(fields),
            consistency_level="Strong",
        )
        try:
            while page := iterator.next():
                yield page
        except (MilvusException, RpcError) as exc:
            raise _error(self.uri, "query_iterator", exc) from exc
        finally:
            iterator.close()

    def close(self) -> None:
        """Leave the server. Milvus Lite keeps the lock on its file until the process ends."""
        self._client.close()

    def _connect(self) -> MilvusClient:
        try:
            from grpc import RpcError
            from pymilvus import MilvusClient
            from pymilvus.exceptions import MilvusException
        except ImportError as exc:
            raise VectorIndexError(
                f"the vectors are on the Milvus server {self.uri}, and pymilvus is not installed;"
                " run `pip install 'casefinder[milvus]'`"
            ) from exc
        _keep_queries_out_of_logs()
        secrets = {"token": os.environ.get(TOKEN_VARIABLE, ""), "db_name": os.environ.get(DATABASE_VARIABLE, "")}
        try:
            return MilvusClient(uri=self.uri, timeout=self._timeout_s, dedicated=True, **secrets, **_tls())
        except (MilvusException, RpcError) as exc:
            raise _error(self.uri, "connect", exc) from exc


def check_uri(uri: str) -> str:
    """Return the address of a server, or of a local file with its whole path, fit to be written down.

    Raises:
        VectorIndexError: It is neither, or it holds a user name or password, which belong into the environment.
    """
    parts = urlsplit(uri)
    if "@" in parts.netloc:
        raise VectorIndexError(
            f"the address {parts.scheme}://…@{parts.netloc.rpartition('@')[2]} holds a name or password;"
            f" leave them out, and set {TOKEN_VARIABLE} to user:password or to a token"
        )
    if parts.scheme in ("http", "https") and parts.hostname:
        return uri
    if not parts.scheme and uri.endswith(_LOCAL_SUFFIX):
        return str(Path(uri).absolute())
    raise VectorIndexError(
        f"{uri!r} is no address of a Milvus server; give http://HOST:PORT, https://HOST:PORT or a file NAME.db"
    )


def wait_until(done: Callable[[], bool], *, what: str) -> None:
    """Ask again until something is done, for some minutes at most.

    Raises:
        IndexUnavailableError: It took too long.
    """
    deadline = time.monotonic() + _LONG_S
    while not done():
        if time.monotonic() > deadline:
            raise IndexUnavailableError(f"{what} took longer than {_LONG_S:.0f} s; look at the Milvus server's state")
        time.sleep(_WAITS_S[1])


def _timeout_s() -> float:
    value = os.environ.get(TIMEOUT_VARIABLE)
    if not value:
        return _TIMEOUT_S
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONG_S:
        raise VectorIndexError(f"{TIMEOUT_VARIABLE} is {value!r}; set it to seconds, above 0 and at most {_LONG_S:.0f}")
    return seconds


def _tls() -> dict[str, str]:
    return {option: value for variable, option in _TLS_FILES.items() if (value := os.environ.get(variable))}


def _error(uri: str, action: str, exc: Any) -> VectorIndexError:  # noqa: ANN401 - pymilvus has no types
    """Say what failed, without the server's own words: they repeat the filter that was asked for."""
    from pymilvus.exceptions import ErrorCode

    code = exc.code() if callable(exc.code) else exc.code
    answer = f"the call `{action}` to the Milvus server {uri} failed with code {getattr(code, 'name', code)}"
    if code == ErrorCode.COLLECTION_NOT_FOUND:
        return IndexDamagedError(f"{answer}: the collection is gone; run `casefinder verify --repair`")
    if not isinstance(code, int) or action == "connect" or getattr(exc, "retriable", False):
        return IndexUnavailableError(f"{answer}; check that it runs and that {TOKEN_VARIABLE} is right, then try again")
    return VectorIndexError(f"{answer}; run `casefinder verify` to compare it with the records")


def _keep_queries_out_of_logs() -> None:
    """Silence loggers that repeat the filter of every failed call on standard error.

    That of gRPC as well: Milvus Lite, a server within this process, has it report each call that it does not know.
    """
    for name in ("pymilvus", "milvus_lite", "grpc"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
