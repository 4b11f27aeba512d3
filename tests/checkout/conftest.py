import pytest

from tests.checkout.outside import Outside
from tests.checkout.world import World


@pytest.fixture(params=["blocking", "async"])
def world(request):
    """A fresh shop, once blocking and once async."""
    world = World(is_async=request.param == "async")
    yield world
    world.gateway.close_book()


@pytest.fixture
def make():
    """Makes worlds with other settings."""
    made = []

    def build(*args, **settings):
        made.append(World(*args, **settings))
        return made[-1]

    yield build
    for world in made:
        world.gateway.close_book()


@pytest.fixture
def outside():
    """Makes worlds with a mini-program and a tracking provider around the shop."""
    made = []

    def build(*args, **settings):
        made.append(Outside(*args, **settings))
        return made[-1]

    yield build
    for world in made:
        world.gateway.close_book()


@pytest.fixture(params=["blocking", "async"])
def either(request, outside):
    """Such a world, once blocking and once async."""
    return outside(is_async=request.param == "async")
