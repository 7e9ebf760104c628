"""What the environment decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefinder.errors import CasefinderError
from casefinder.settings import case_base_directory, thread_count, worker_count


def test_given_directory_wins_over_the_environment_and_that_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEFINDER_INDEX", raising=False)
    assert case_base_directory() == Path("index_data/casebase")
    monkeypatch.setenv("CASEFINDER_INDEX", "/srv/base")
    assert case_base_directory() == Path("/srv/base")
    assert case_base_directory(Path("here")) == Path("here")


def test_number_of_threads_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEFINDER_THREADS", raising=False)
    assert thread_count() is None
    monkeypatch.setenv("CASEFINDER_THREADS", "3")
    assert thread_count() == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_number_of_threads_that_makes_no_sense_is_reported(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CASEFINDER_THREADS", value)
    with pytest.raises(CasefinderError, match=f"CASEFINDER_THREADS is '{value}'; set it to a whole number"):
        thread_count()


@pytest.mark.parametrize(("threads", "workers"), [("1", 0), ("2", 2), ("64", 8)])
def test_one_thread_means_no_further_process(monkeypatch: pytest.MonkeyPatch, threads: str, workers: int) -> None:
    monkeypatch.setenv("CASEFINDER_THREADS", threads)
    assert worker_count() == workers
