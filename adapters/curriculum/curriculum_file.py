"""A curriculum's TOML, and all that is wrong with it at once.

`model`, `output`, `then`, `replay` and the settings of `adapters.train` hold for all stages; a `[[stages]]` table has its own name and
data, and what it sets wins. What is read is looked for beside the file first and then in the current folder.
"""

import re
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from adapters.base.home import expand_home
from adapters.command import UsageFault
from adapters.curriculum.curriculum import Curriculum, Replay, Stage, Then
from adapters.train.plan import TrainingPlan
from adapters.train.plan_reading import Given, lay_over, make_plan, read_table

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
READ = ("data", "validation", "chat-template", "init-adapter")  # paths of what is there already
DERIVED = ("resume", "overwrite")  # of a training: a curriculum says it by itself
GOES_ON = "given again, a curriculum goes on with what is there; --from redoes a stage"
SAME_SHAPE = ("kind", "rank", "scale", "layers", "targets")  # of an adapter that the next stage goes on with


def read_curriculum(file: Path, *, model: str | None = None, output: Path | None = None) -> Curriculum:
    """Read and check the file; `model` and `output` win over it. Raises UsageFault with every fault."""
    return _Reading(file, _read_toml(file), model, output).read()


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise UsageFault(f"{file} cannot be read: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:  # of TOML, and of UTF-8
        raise UsageFault(f"{file} is not valid TOML: {exc}") from exc


class _Reading:
    """One file being read; faults gather until its end."""

    def __init__(self, file: Path, table: dict[str, Any], model: str | None, output: Path | None) -> None:
        self._file = file
        self._table = table
        self._faults: list[str] = []
        self._model = model if model is not None else self._take_text("model", "the first stage's base: a folder, a repository or demo")
        if model is None and self._model:
            self._model = self._find(self._model)
        self._output = output or expand_home(self._take_text("output", "where the stages' folders go") or ".")
        self._table.pop("model", None)
        self._table.pop("output", None)

    def read(self) -> Curriculum:
        stages = self._table.pop("stages", None)
        then, replay = self._table.pop("then", "fuse"), self._table.pop("replay", None)
        self._check_then(then, f"then in {self._file}")
        for key in ("name", "data", "init-adapter", "init_adapter"):
            if self._table.pop(key, None) is not None:
                self._faults.append(f"{key} in {self._file} belongs into a [[stages]] table")
        common = self._read_settings(self._table, str(self._file))
        common_replay = self._read_replay(replay, f"replay in {self._file}")
        if not isinstance(stages, list) or not stages or not all(isinstance(stage, dict) for stage in stages):
            self._faults.append(f"{self._file} has no stages: expected [[stages]] tables, each with a name and data")
            stages = []
        read = [self._read_stage(number, table, common, then, common_replay) for number, table in enumerate(stages, start=1)]
        self._check_names([str(table.get("name")) for table in stages])
        whole = [stage for stage in read if stage is not None]
        for before, stage in pairwise(whole):
            if before.then == "continue" and stage.number == before.number + 1:
                self._check_continues(before, stage)
        if self._faults:
            raise UsageFault("\n  ".join(dict.fromkeys(self._faults)))
        return Curriculum(model=self._model, output=self._output, stages=tuple(whole))

    def _read_stage(
        self, number: int, table: dict[str, Any], common: Mapping[str, Given], then: Any, common_replay: Replay | None
    ) -> Stage | None:
        table = dict(table)
        name = table.pop("name", None)
        where = f"stage {number} ({name})" if isinstance(name, str) else f"stage {number}"
        if not isinstance(name, str) or not NAME.fullmatch(name):
            self._faults.append(f"{where}: expected a name of letters, digits, points, dashes and underscores, 64 at most")
            name = ""
        if "then" in table:
            then = table.pop("then")
            self._check_then(then, f"then in {where}")
        replay = common_replay if number > 1 or (common_replay and common_replay.data) else None
        if "replay" in table:
            replay = self._read_replay(table.pop("replay"), f"replay in {where}", common_replay)
            if replay and number == 1 and replay.data is None:
                self._faults.append(f"replay in {where}: there is no stage before it to draw rows from; give it data, or leave it out")
        if "data" not in table:
            self._faults.append(f"data in {where} is missing: what is learnt from")
        if number > 1 and [value for key in ("init-adapter", "init_adapter") if (value := table.pop(key, None)) is not None]:
            self._faults.append(
                f'init-adapter in {where} belongs into the first stage: then = "continue" in the stage before hands its adapter on'
            )
        output = self._output / f"{number:02}-{name}"
        own = self._read_settings(table, where)
        for foreign in ("model", "output"):
            if own.pop(foreign, None):
                self._faults.append(f"{foreign} in {where} belongs in front of the stages")
        given = lay_over(common, own) | {"model": Given(self._model or "none", "model"), "output": Given(str(output), "output")}
        given.setdefault("data", Given("none", "data"))
        if (plan := self._make_plan(given)) is None:
            return None
        return Stage(number=number, name=name, plan=plan, replay=replay, then=then)

    def _make_plan(self, given: Mapping[str, Given]) -> TrainingPlan | None:
        try:
            return make_plan(given, [])
        except UsageFault as exc:
            self._faults += str(exc).split("\n  ")
            return None

    def _read_settings(self, table: Mapping[str, Any], where: str) -> dict[str, Given]:
        given = read_table({key: value for key, value in table.items() if key not in DERIVED}, where, self._faults)
        self._faults += [f"{key} in {where} is not for a file: {GOES_ON}" for key in DERIVED if key in table]
        for name in READ:
            if name in given and isinstance(value := given[name].value, str) and value:
                given[name] = given[name]._replace(value=self._find(value))
        return given

    def _read_replay(self, value: Any, where: str, common: Replay | None = None) -> Replay | None:
        """Read a share, or a table of share and data; what is not said is the common one's."""
        if value is None:
            return None
        table = value if isinstance(value, dict) else {"share": value}
        if strangers := sorted(set(table) - {"share", "data"}):
            self._faults.append(f"{where}: there is no {', '.join(strangers)}; expected share and data")
        share, data = table.get("share", common.share if common else None), table.get("data")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
            self._faults.append(f"{where}: expected the share of the stage's rows, from 0 to less than 1, from {share!r:.80}")
            return None
        if data is not None and (not isinstance(data, str) or not data):
            self._faults.append(f"{where}: expected data to be a path, from {data!r:.80}")
            return None
        place = expand_home(self._find(data)) if data else common.data if common else None
        return Replay(share=float(share), data=place) if share else None

    def _check_then(self, then: Any, where: str) -> None:
        if then not in get_args(Then):
            self._faults.append(f'{where}: expected "fuse" or "continue", from {then!r:.80}')

    def _check_names(self, names: list[str]) -> None:
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self._faults.append(f"{names.count(name)} stages are named {name}: give each its own name")

    def _check_continues(self, before: Stage, stage: Stage) -> None:
        """See that the adapter that is handed on has the shape of the one to be trained."""
        for field in SAME_SHAPE:
            one, other = getattr(before.plan, field), getattr(stage.plan, field)
            if one != other:
                self._faults.append(f"{stage} goes on with the adapter of {before}, and has other {field}: {other!r} in place of {one!r}")

    def _take_text(self, key: str, what: str) -> str:
        value = self._table.get(key)
        if value is None:
            self._faults.append(f"{key} in {self._file} is missing: {what}")
        elif not isinstance(value, str) or not value:
            self._faults.append(f"{key} in {self._file}: expected {what}, from {value!r:.80}")
        return value if isinstance(value, str) else ""

    def _find(self, path: str) -> str:
        beside = self._file.parent / expand_home(path)
        return str(beside) if beside.exists() else path
