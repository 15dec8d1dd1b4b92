"""Every expression that deploy/ ships: the dashboard's with its variables filled in, the rules', and the operands of the alerts."""

import re
from typing import Any

import msgspec

from deploy.grafana.panels import ADAPTER_LOADS, ROWS
from tests.deploy.prometheus_process import RULES

VARIABLES = {"$model": ".*", "$adapter": ".*", "$__rate_interval": "1m", "$__range": "5m"}
COMPARISON = re.compile(r"\s*(?:[<>]=?|==)\s*[-\d.*\s]+$")


def fill(expression: str) -> str:
    """Put values where Grafana would."""
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    return expression


def read_rules(name: str) -> list[dict[str, Any]]:
    """List a file's rules."""
    groups = msgspec.yaml.decode((RULES / name).read_bytes())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_expressions() -> list[str]:
    """List what the dashboard asks for."""
    return [fill(query.expr) for row in ROWS for panel in row.panels for query in panel.queries] + [fill(ADAPTER_LOADS)]


def alert_operands(expression: str) -> list[str]:
    """Take an alert's conditions apart and drop what they are compared with: on ordinary traffic no alert gives data, its operands do."""
    parts = re.split(r"\s+(?:and on \([^)]*\)|and|or)\s+(?=[a-z])", expression.strip())
    return [COMPARISON.sub("", part) for part in parts]
