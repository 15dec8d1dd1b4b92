"""A real headless Chromium, driven by Selenium. Nothing is downloaded: both programs are Debian's, named by their paths."""

import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, Self

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.programs import find_program

TIMEOUT_S = 15
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # as root, which CI is, there is none
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # it reaches this machine and nothing else
)


class Browser:
    """One window. What a page stores belongs to its server's port, so no test meets what another left."""

    def __init__(self) -> None:
        options = ChromeOptions()
        options.binary_location = find_program("chromium", package="chromium")
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self._driver = Chrome(options=options, service=Service(find_program("chromedriver", package="chromium-driver")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._driver.quit()

    def open(self, url: str) -> None:
        """Load the board of a server."""
        self.visit(f"{url}/")

    def visit(self, address: str) -> None:
        """Load any page."""
        self.complaints()
        self._driver.get(address)

    def show(self, *, width: int = 1000, height: int = 800, scheme: Literal["light", "dark"] = "light") -> None:
        """Set the size of the window and the colours its owner prefers."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def find(self, selector: str) -> WebElement:
        """Find an element by its CSS selector."""
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def count(self, selector: str) -> int:
        """Count the elements that a selector finds."""
        return len(self._driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str = "body") -> str:
        """Read what is visible of an element; in one go, as the page may replace it between two."""
        return str(self._driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)).strip()

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def press(self, *keys: str) -> None:
        """Type into whatever has the focus."""
        self._driver.switch_to.active_element.send_keys(*keys)

    def focused(self) -> str:
        """Give the id of what has the focus."""
        return self._driver.switch_to.active_element.get_attribute("id") or ""

    def run(self, script: str) -> Any:
        """Run a function's body in the page and give what it returns."""
        return self._driver.execute_script(script)

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something holds."""
        WebDriverWait(self._driver, TIMEOUT_S, poll_frequency=0.05).until(lambda _: condition(), what)

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until an element shows a text."""
        self.wait_for(lambda: text in self.text(selector), f"{text!r} in {selector}, which shows {self.text(selector)!r}")

    def complaints(self) -> list[str]:
        """Give what the console was told since the last time, but for refused keys: those it names whatever the page does."""
        entries: list[Mapping[str, Any]] = self._driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if "401 (Unauthorized)" not in entry["message"]]

    def nameless(self) -> list[str]:
        """List what can be focused, or is a picture, and has no name for a screen reader."""
        nodes = self._driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [json.dumps(node.get("role")) for node in nodes if _wants_name(node) and not node.get("name", {}).get("value")]


def _wants_name(node: Mapping[str, Any]) -> bool:
    if node.get("ignored") or node["role"]["value"] in ("RootWebArea", "main"):
        return False
    is_focusable = any(each["name"] == "focusable" and each["value"]["value"] for each in node.get("properties", ()))
    return is_focusable or node["role"]["value"] in ("image", "img", "region", "table")
