"""Message templates as pure rules: which values one wants, what it becomes, and whether it may be sent."""

from .checking import check
from .filling import fill, outline, shown, url_suffix
from .states import problem
from .structure import Variable, not_fillable, variables

__all__ = ["Variable", "check", "fill", "not_fillable", "outline", "problem", "shown", "url_suffix", "variables"]
