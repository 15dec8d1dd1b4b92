"""The committed dashboard is the one the code builds, and is sound in itself."""

import json

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.dashboard import PATH, build_dashboard
from deploy.grafana.panels import ROWS


def test_the_committed_json_is_what_the_code_builds() -> None:
    assert PATH.read_text() == build_dashboard()


def test_the_sdks_models_read_it_and_lose_nothing() -> None:
    """Grafana's schema comes as the SDK's classes: a field they do not know, or of a kind they do not take, would not survive."""
    dashboard = json.loads(PATH.read_text())
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard))) == dashboard


def test_every_panel_has_its_own_place_a_description_and_a_source_that_can_be_chosen() -> None:
    dashboard = json.loads(PATH.read_text())
    panels = dashboard["panels"]
    assert [panel["title"] for panel in panels if panel["type"] == "row"] == [row.title for row in ROWS]
    assert len({panel["id"] for panel in panels}) == len(panels) == sum(1 + len(row.panels) for row in ROWS)
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        own = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24 and not own & cells, panel["title"]
        cells |= own
        if panel["type"] != "row":
            assert panel["description"] and panel["targets"]
            assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


def test_the_variables_are_the_source_the_model_and_the_adapter() -> None:
    variables = json.loads(PATH.read_text())["templating"]["list"]
    assert [(variable["name"], variable["type"]) for variable in variables] == [
        ("datasource", "datasource"),
        ("model", "query"),
        ("adapter", "query"),
    ]
