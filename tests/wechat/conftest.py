import pytest

from tests.wechat.world import World


@pytest.fixture(params=["blocking", "async"])
def is_async(request):
    return request.param == "async"


@pytest.fixture
def world(is_async):
    """A fresh app and platform, once blocking and once async."""
    return World(is_async=is_async)


@pytest.fixture
def make(is_async):
    """Makes worlds with other settings."""

    def build(**settings):
        return World(is_async=is_async, **settings)

    return build
