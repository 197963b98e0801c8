"""One sandbox per test module, started as a process and ended after it."""

from collections.abc import Iterator

import pytest

from sandbox.testing import Running, running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with its usual sizes on day 0. Tests that let days pass start their own."""
    with running_sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def session(sandbox: Running) -> str:
    """A session of the national portal."""
    return sandbox.national_session()


@pytest.fixture(scope="module")
def token(sandbox: Running) -> str:
    """A token of the province's portal."""
    return sandbox.province_token()
