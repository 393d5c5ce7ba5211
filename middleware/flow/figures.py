"""What figures are counted from: a decision's type finds at once who counts it (O1)."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.state import State
from schemas.decision import Decision

Act = Callable[[Entry, Any, State], None]
"""Counts one decision; told of the entry that carries it, and of the state after it."""

Acts = dict[type[Decision], Act]
