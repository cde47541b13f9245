"""The examples of the documentation, the notebook, and the types that editors see."""

import doctest
import os
import re
from pathlib import Path

import numpy as np
import pytest

import thalweg
from thalweg import _laboratory, _optimizer, _rule

CRATE = Path(__file__).parents[1]
PAGES = [CRATE.parents[1] / "README.md", CRATE.parents[1] / "docs/guide/numpy-pytorch.md", CRATE / "README.md"]


@pytest.mark.parametrize("module", [thalweg, _optimizer, _rule, _laboratory], ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page, tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    import thalweg.torch

    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    # What needs files of the program is shown, not run.
    blocks = [block for block in blocks if "safetensors.numpy" not in block and "open(" not in block]
    assert blocks
    model = torch.nn.Sequential(torch.nn.Linear(4, 4))
    batches = [torch.ones(2, 4)]
    model_of = lambda: torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Flatten(0), torch.nn.Linear(8, 1))
    names = {"np": np, "thalweg": thalweg, "batches": batches}
    for block in blocks:
        block = block.replace("model(batch).backward()", "model(batch).sum().backward()")
        names["model"] = model_of()
        exec(compile(block, str(page), "exec"), names)


def test_the_notebook_runs_and_shows_its_figures(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(CRATE / "examples/article.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "the notebook is kept without outputs"
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert kinds.count("image/png") >= 9 and "text/latex" in kinds and "text/markdown" in kinds
    assert any("<video" in output["data"].get("text/html", "") for output in outputs if "data" in output)
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert "moved by -3.1" in printed
    if folder := os.environ.get("THALWEG_NOTEBOOK"):
        from nbconvert import HTMLExporter

        Path(folder, "article.html").write_text(HTMLExporter().from_notebook_node(notebook)[0])


@pytest.mark.parametrize(("name", "text"), [("__init__.pyi", "package"), ("torch.pyi", "torch")])
def test_the_stubs_are_those_of_the_methods(name, text):
    from thalweg import _stubs

    stub = Path(thalweg.__file__).with_name(name)
    command = "python -m thalweg._stubs crates/thalweg-python/python/thalweg"
    assert stub.read_text() == getattr(_stubs, text)(), f"write them anew: {command}"
    compile(stub.read_text(), name, "exec")
    assert stub.with_name("py.typed").exists()


def test_the_interface_in_rust_has_its_stub():
    """Every name of the extension, and every method of its classes, is in its stub and the other way round."""
    import ast
    import inspect

    from thalweg import _core

    tree = ast.parse(Path(_core.__file__).with_name("_core.pyi").read_text())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            members = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            members |= {part.target.id for part in node.body if isinstance(part, ast.AnnAssign)}
            found[node.name] = members - {"__init__"}
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = None
    real = {}
    for name, value in vars(_core).items():
        if name.startswith("_") or name == "Core":
            continue
        members = {member for member in vars(value) if not member.startswith("_")} if inspect.isclass(value) else None
        real[name] = members
    assert found == real
