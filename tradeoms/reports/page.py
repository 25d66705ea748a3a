"""HTML pages: one file each, style inside, nothing fetched from anywhere, all text escaped."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tradeoms import __version__


def grouped(number: Decimal | int) -> str:
    """Digits in groups of three, none lost: 1,234,567.80."""
    return f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"


_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["grouped"] = grouped


def render(template: str, **values: Any) -> str:
    """The page of a template in `templates/`."""
    return _pages.get_template(template).render(version=__version__, **values)
