"""Which of the document's operations Slipway itself calls."""

import re
from functools import cache
from pathlib import Path

from document import operations

SOURCES = Path(__file__).parents[2] / "shared" / "src"


@cache
def used_by_slipway():
    """The names of the operations that Slipway's client can send, and those that it writes into its roles.

    A name that stands in the sources in quotes is used, and each of the client's kinds is listed, got, deleted and,
    where it says so, created.
    """
    sources = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.rs"))
    spoken = set(re.findall(r"""["']([a-z][a-z0-9-]+)["']""", sources))
    # The client's own words for its kinds (`Kind::ApiKey => "api-key"`), and the kinds that it makes.
    kinds = dict(re.findall(r'Kind::(\w+) => "([a-z-]+)"', sources))
    made = {kinds[kind] for kind in re.findall(r"Self::\w+.*=> Kind::(\w+)", sources)}
    built = {f"{verb}-{kind}" for kind in kinds.values() for verb in ("get", "delete")}
    built |= {f"list-{kind}s" for kind in kinds.values()}
    # Keys and templates are registered, the others created; the document knows which.
    built |= {f"{verb}-{kind}" for kind in made for verb in ("create", "register")}
    return frozenset(name for name in operations() if name in spoken | built)
