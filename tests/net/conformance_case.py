# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of the conformance tables."""

import dataclasses
from typing import Awaitable, Callable, List, Optional

LIMIT = 10_485_760  # of tocsin_echo, bytes per message


@dataclasses.dataclass
class Case:
    name: str
    wire: bytes = b""
    events: List[str] = dataclasses.field(default_factory=list)
    piece: int = 0                    # bytes per write; 0: all at once
    extensions: Optional[str] = None  # offered in the upgrade
    talk: Optional[Callable[..., Awaitable[Optional[str]]]] = None  # instead of wire and events: answers what is wrong


def in_pieces(name, wire, events, extensions=None):
    """The same bytes all at once and one per write: the answers must not depend on how TCP cuts them."""
    return [Case(name, wire, events, 0, extensions), Case(name + ", byte by byte", wire, events, 1, extensions)]
