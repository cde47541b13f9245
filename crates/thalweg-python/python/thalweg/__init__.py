"""Gradient-descent optimizers over NumPy arrays and PyTorch tensors.

    >>> import numpy, thalweg
    >>> params = {"W": numpy.array([[1.0, -2.0]]), "b": numpy.zeros(2)}
    >>> optimizer = thalweg.Adam(lr=0.1)
    >>> for _ in range(100):
    ...     grads = {"W": 2 * params["W"], "b": 2 * params["b"]}
    ...     optimizer.update(params, grads)
    >>> bool(abs(params["W"]).max() < 0.1)
    True

Every method of the library is a class here, with its hyperparameters as keyword arguments:
``thalweg.Adam``, ``thalweg.Lion``, ``thalweg.ScheduleFreeAdamW``, … (``thalweg.methods()`` lists them).
:class:`Optimizer` takes the text of a method instead, such as ``"adam:lr=0.1"``, and :class:`Rule` is a method
of your own. :mod:`thalweg.torch` has the same classes for PyTorch, as ``torch.optim`` has them.
"""

from thalweg import _classes, _methods
from thalweg._core import Report, __version__, schedule, set_num_threads
from thalweg._laboratory import Descent, Explanation, Film, descend, explain, problems
from thalweg._optimizer import Optimizer
from thalweg._rule import Rule

__all__ = [
    "Descent",
    "Explanation",
    "Film",
    "Optimizer",
    "Report",
    "Rule",
    "__version__",
    "descend",
    "explain",
    "methods",
    "problems",
    "schedule",
    "set_num_threads",
    *_classes.NAMES,
]


def methods() -> list[str]:
    """The names of all methods as specs have them, such as ``"adam"``."""
    return list(_classes.CLASS_OF)


globals().update(_classes.classes())


def __getattr__(name: str):
    raise AttributeError(f"module 'thalweg' has no attribute {name!r}{_methods.suggestion(name, __all__)}")
