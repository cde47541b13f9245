"""The examples of the documentation, and the types that editors see."""

import doctest
from pathlib import Path

import pytest

import thalweg
from thalweg import _laboratory, _optimizer, _rule


@pytest.mark.parametrize("module", [thalweg, _optimizer, _rule, _laboratory], ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0


def test_the_stubs_are_those_of_the_methods():
    from thalweg import _stubs

    stub = Path(thalweg.__file__).with_name("__init__.pyi")
    assert stub.read_text() == _stubs.package(), "write them anew: python -m thalweg._stubs crates/thalweg-python/python/thalweg"
    assert stub.with_name("py.typed").exists()
