"""The shipped configuration and rules pass Prometheus' own checks."""

import pytest

from tests.deploy.expressions import read_rules
from tests.deploy.prometheus_process import check_with_promtool
from tests.server_process import ROOT

FOLDER = ROOT / "deploy" / "prometheus"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", str(FOLDER / "prometheus.yml")),
        ("check", "rules", str(FOLDER / "rules" / "recording.yml"), str(FOLDER / "rules" / "alerts.yml")),
        ("test", "rules", str(FOLDER / "tests" / "alerts_test.yml")),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_promtool_accepts(arguments: tuple[str, ...]) -> None:
    check_with_promtool(*arguments)


def test_every_alert_is_tested_and_has_a_runbook_line_that_leads_to_a_heading() -> None:
    tests = (FOLDER / "tests" / "alerts_test.yml").read_text()
    headings = {
        line.lstrip("# ").strip().lower().replace(" ", "-")
        for line in (ROOT / "docs" / "monitoring.md").read_text().splitlines()
        if line.startswith("#")
    }
    alerts = read_rules("alerts.yml")
    assert len(alerts) >= 5
    for alert in alerts:
        silent, fires = f"{{eval_time: 1900m, alertname: {alert['alert']}}}", f"alertname: {alert['alert']}\n        exp_alerts"
        assert silent in tests and fires in tests, alert["alert"]
        anchor = alert["annotations"]["runbook"].partition("#")[2].partition(":")[0]
        assert anchor in headings, alert["alert"]
