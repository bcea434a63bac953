"""The listening page gone through by keyboard in headless Chromium."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=900,1250"),
)
PATIENCE = 20.0  # seconds


def chromium(where: Path) -> Any:
    """A browser with a profile of its own that downloads into `where`; skips where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={where / 'profile'}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(where)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def until(ready: Callable[[], Any], what: str) -> Any:
    """Wait for something to be so; fails naming it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE:g} s for {what}")


class Listener:
    """Someone who listens by keyboard alone."""

    def __init__(self, browser: Any, address: str, shots: Path | None = None) -> None:
        self.browser, self.shots = browser, shots
        browser.get(address)

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            ActionChains(self.browser).send_keys(getattr(Keys, key, key)).perform()

    def text(self, name: str) -> str:
        """What an element shows."""
        return str(self.browser.find_element("id", name).text)

    def focus(self) -> str:
        """What has the focus: an id, or the name of a radio button."""
        element = self.browser.switch_to.active_element
        return element.get_attribute("id") or element.get_attribute("name") or element.tag_name

    def shot(self, name: str) -> None:
        """A picture, where pictures are wanted."""
        if self.shots:
            self.browser.save_screenshot(str(self.shots / f"{name}.png"))

    def begin(self, number: int) -> None:
        """Give the listener's number."""
        self.press("TAB", str(number))
        self.shot("welcome")
        self.press("ENTER")
        until(lambda: self.text("trial-title"), "the first pair")

    def hear(self, name: str) -> None:
        """Tab to a clip's button, play the clip to its end."""
        self.press("TAB")
        assert self.focus() == f"play-{name}"
        self.press("SPACE")
        until(lambda: self.text(f"state-{name}").startswith("✓"), f"the end of clip {name}")

    def answer(self, choice: str | None = None) -> None:
        """Hear both clips and answer: `choice` A, B or none, else what the page tells to answer, else A."""
        title = self.text("trial-title")
        until(lambda: self.focus() == "trial-title", "the focus on the title")
        for name in "AB":
            self.hear(name)
        told = self.text("told")
        told = {"Clip A": "A", "Clip B": "B", "No preference": "none"}.get(told.split("“")[-1].split("”")[0], "")
        place = ["A", "B", "none"].index(told or choice or "A")
        self.press("TAB", "SPACE", *["ARROW_RIGHT"] * place)
        for question in ("confidence", "r_coh", "r_inter", "r_quality", "r_pop"):
            self.press("TAB")
            assert self.focus() == question, f"{self.focus()} in {title}"
            self.press("SPACE", "ARROW_RIGHT", "ARROW_RIGHT")  # 3
        self.shot("told" if told else "answered")
        self.press("TAB", "ENTER")
        until(lambda: self.text("trial-title") != title or self.text("end-title"), "the next pair")

    def warnings(self) -> list[str]:
        """What the browser complains of."""
        return [line["message"] for line in self.browser.get_log("browser")]
