"""The four dashboards, in the order of who needs them first."""

from tests.dashboards.delivery import DELIVERY
from tests.dashboards.machine import MACHINE
from tests.dashboards.matching import MATCHING
from tests.dashboards.now import NOW

BOARDS = (NOW, DELIVERY, MATCHING, MACHINE)
