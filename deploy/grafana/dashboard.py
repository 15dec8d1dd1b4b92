"""Build Grafana's dashboard: `python -m deploy.grafana.dashboard` writes candor.json beside this file.

It needs grafana-foundation-sdk, which is in the development requirements; Grafana itself needs only the JSON.
"""

from itertools import count
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders.common import StackingConfig, VizLegendOptions
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import DataSourceRef, LegendDisplayMode, LegendPlacement, StackingMode
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, VariableRefresh
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.grafana.panel import Panel, Query
from deploy.grafana.panels import ADAPTER_LOADS, ROWS

PATH = Path(__file__).with_name("candor.json")
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
BUILDERS: dict[str, Any] = {
    "time series": timeseries.Panel,
    "stacked": timeseries.Panel,
    "heatmap": heatmap.Panel,
    "stat": stat.Panel,
    "table": table.Panel,
}
HEIGHTS = {"stat": 5}  # in Grafana's grid units


def build_dashboard() -> str:
    """Give the dashboard's JSON."""
    built = (
        dashboard.Dashboard("candor: alignment")
        .uid("candor-alignment")
        .description("LEK scores, degeneration, traffic and latency of candor, by model and adapter")
        .tags(["candor", "llm", "alignment"])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_variable("model", "label_values(candor_requests_total, model)"))
        .with_variable(_variable("adapter", 'label_values(candor_requests_total{model=~"$model"}, adapter)'))
        .annotation(_adapter_loads())
    )
    ids = count(1)
    for row in ROWS:
        built = built.with_row(dashboard.Row(row.title).id(next(ids)))
        for panel in row.panels:
            built = built.with_panel(_panel(panel).id(next(ids)))
    return str(JSONEncoder(sort_keys=True, indent=2).encode(built.build())) + "\n"


def _variable(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(name)
        .datasource(SOURCE)
        .query({"query": query, "refId": name})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def _adapter_loads() -> dashboard.AnnotationQuery:
    """Mark the moment each adapter was loaded: the metric's value is that moment."""
    return (
        dashboard.AnnotationQuery()
        .name("Adapter loads")
        .datasource(SOURCE)
        .enable(True)
        .icon_color("purple")
        .expr(ADAPTER_LOADS)
        .use_value_for_time(True)
        .title_format("{{adapter}} loaded")
        .step("60s")
    )


def _panel(panel: Panel) -> Any:
    """Turn a panel of the list into Grafana's, which the SDK types as one class a kind."""
    built = BUILDERS[panel.kind]().title(panel.title).description(panel.says).datasource(SOURCE)
    built = built.span(panel.span).height(HEIGHTS.get(panel.kind, 8)).unit(panel.unit)
    for number, query in enumerate(panel.queries):
        built = built.with_target(_target(query, panel, chr(ord("A") + number)))
    if panel.kind in ("time series", "stacked"):
        built = built.fill_opacity(10).legend(
            VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True)
        )
    if panel.kind == "stacked":
        built = built.stacking(StackingConfig().mode(StackingMode.NORMAL))
    return built


def _target(query: Query, panel: Panel, ref_id: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(ref_id).datasource(SOURCE)
    if panel.kind in ("stat", "table"):
        return target.instant().format(PromQueryFormat.TABLE if panel.kind == "table" else PromQueryFormat.TIME_SERIES)
    target = target.range()
    return target.format(PromQueryFormat.HEATMAP).exemplar(True) if panel.kind == "heatmap" else target


if __name__ == "__main__":
    PATH.write_text(build_dashboard())
