"""Imports run one way: `clients -> scoring <- server -> adapters`, lazy ones included; only the MLX engine names MLX.

Inside the server, among the clients and among the detectors they run down their layers.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "adapters": {"adapters"},
    "clients": {"clients", "scoring"},
    "deploy": {"deploy"},
    "scoring": {"scoring"},
    "server": {"server", "scoring", "adapters"},
}
OURS = {*ALLOWED, "tools", "bench", "tests"}
# What stands in `server/`, from the ground up: each knows those before it and none behind it, so there is no cycle either.
SERVER_LAYERS = (
    "errors",
    "structured",
    "engine",
    "adapter_loading",
    "settings",
    "wire",
    "http",
    "tools",
    "answers",
    "metrics",
    "board",
    "exchange",
    "chat",
    "completions",
    "responses",
    "routes",
    "app",
    "__main__",
)
# What stands in `clients/`, in the same order: what several commands share, then the commands.
CLIENT_LAYERS = (
    "errors",
    "one_line",
    "finite_number",
    "telling",
    "file_writing",
    "flag_values",
    "probes",
    "asking",
    "records",
    "report",
    "trial",
    "rescore",
    "compare",
    "battery",
    "promote",
    "checkpoints",
)
# What stands in `scoring/degeneration/`, in the same order.
DETECTION_LAYERS = ("detector", "words", "repetition", "prompt", "detectors", "roster")
# What stands in `adapters/`, in the same order: the base model, what its adapters are, then the commands that make and judge them.
ADAPTER_LAYERS = ("base", "errors", "files", "bank", "registry", "command", "charts", "train", "fuse", "compare", "curriculum")
# What stands in `adapters/base/`, in the same order: two sources of a model, folders and GGUF files, meet in the last two.
BASE_LAYERS = (
    "errors",
    "home",
    "json_file",
    "model_file",
    "generation_config",
    "hub",
    "device",
    "arithmetic",
    "shape",
    "config",
    "weights",
    "tokens",
    "gemma",
    "gguf",
    "fetch",
    "loading",
    "vocabulary",
    "identity",
)
LAYERS = {
    "adapters": ADAPTER_LAYERS,
    "adapters/base": BASE_LAYERS,
    "server": SERVER_LAYERS,
    "clients": CLIENT_LAYERS,
    "scoring/degeneration": DETECTION_LAYERS,
}
MLX_FOLDERS = ("adapters", "server/engine/mlx")
HTTP_PACKAGES = {"litestar", "uvicorn", "starlette", "openai", "httpx", "prometheus_client"}
MLX_PACKAGES = {"mlx", "mlx_lm"}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module with its line, wherever in the file it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_of_our_own_packages_run_one_way(package: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files(package)
        for name, line in imports(ast.parse(file.read_text()))
        if (top := name.partition(".")[0]) in OURS and top not in ALLOWED[package]
    ]
    assert files(package)
    assert found == []


@pytest.mark.parametrize("package", ALLOWED)
def test_only_the_adapters_and_the_mlx_engine_name_mlx(package: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files(package)
        for name, line in imports(ast.parse(file.read_text()))
        if name.partition(".")[0] in MLX_PACKAGES and not str(file.relative_to(ROOT)).startswith(MLX_FOLDERS)
    ]
    assert found == []


@pytest.mark.parametrize("package", ["adapters", "scoring"])
def test_adapters_and_scoring_know_nothing_of_http(package: str) -> None:
    names = {name.partition(".")[0] for file in files(package) for name, _ in imports(ast.parse(file.read_text()))}
    assert not names & HTTP_PACKAGES


def layer(file: Path, package: str) -> str:
    return file.relative_to(ROOT / package).parts[0].removesuffix(".py")


@pytest.mark.parametrize("package", LAYERS)
def test_the_layers_of_a_package_are_all_that_stand_in_it(package: str) -> None:
    assert {layer(file, package) for file in files(package)} - {"__init__"} == set(LAYERS[package])


@pytest.mark.parametrize("package", LAYERS)
def test_imports_inside_a_package_run_downwards(package: str) -> None:
    layers, prefix = LAYERS[package], package.replace("/", ".") + "."
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files(package)
        for name, line in imports(ast.parse(file.read_text()))
        if name.startswith(prefix) and layers.index(name.removeprefix(prefix).split(".")[0]) > layers.index(layer(file, package))
    ]
    assert found == []


@pytest.mark.parametrize("command", ["rescore", "compare"])
def test_commands_that_ask_nobody_import_no_other_command(command: str) -> None:
    others = {"rescore", "compare", "battery", "promote", "checkpoints"} - {command}
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files(f"clients/{command}")
        for name, line in imports(ast.parse(file.read_text()))
        if name.startswith("clients.") and name.split(".")[1] in others
    ]
    assert found == []


def test_only_the_command_names_the_engine_on_mlx() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files("server")
        if layer(file, "server") not in ("engine", "__main__")
        for name, line in imports(ast.parse(file.read_text()))
        if name.startswith("server.engine.mlx")
    ]
    assert found == []


def test_imports_inside_functions_stand_in_main_only() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{inner.lineno}"
        for package in ALLOWED
        for file in files(package)
        if file.name != "__main__.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_the_device_is_made_ready_without_importing_mlx() -> None:
    names = {name.partition(".")[0] for name, _ in imports(ast.parse((ROOT / "adapters/base/device.py").read_text()))}
    assert not names & MLX_PACKAGES


def test_package_inits_are_empty() -> None:
    assert [str(file) for package in ALLOWED for file in files(package) if file.name == "__init__.py" and file.read_text().strip()] == []
