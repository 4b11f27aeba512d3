import pytest

from tests.servers import POSTGRES, Corner, require


@pytest.fixture
def crash_corner():
    """A schema that nobody else's test empties."""
    require(POSTGRES)
    corner = Corner(POSTGRES)
    corner.make()
    yield corner
    corner.drop()
