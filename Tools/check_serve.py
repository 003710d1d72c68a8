"""Live pages in a headless Chromium beside a run that trains: check_serve.py GNOMON SCREENSHOTS."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

WIDTHS = (360, 1280, 2560)
TRAIN = ["--dataset", "sprites", "--image-size", "16", "--train-count", "128", "--held-out-count", "64", "--encoder", "resnet18",
         "--width", "4", "--head", "mlp:16-8", "--batch-size", "16", "--gap-steps", "0", "--no-controls", "--threads", "1",
         "--measure-budget", "100",
         "--figures", "effective_rank,knn_top1,invariance", "--log-every", "2", "--quiet"]


def train(gnomon: str, run: Path, *options: str) -> list[str]:
    return [gnomon, "train", "--output", str(run), *TRAIN, *options]


@contextmanager
def process(command: list[str], **options):
    started = subprocess.Popen(command, text=True, **options)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGINT)
        started.wait(timeout=60)


class Checks:
    """Looks at pages and remembers what went wrong in them."""

    def __init__(self, page: Page, address: str, shots: Path) -> None:
        self.page, self.address, self.shots = page, address, shots
        self.faults: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and self.fault(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.fault(f"script: {error}"))
        page.on("requestfailed", lambda request: self.failed(request))
        page.on("response", lambda response: response.status >= 400 and self.fault(f"{response.status} {response.url}"))

    def failed(self, request) -> None:
        # A stream ends with its page.
        if "/events" not in request.url and "ERR_ABORTED" not in (request.failure or ""):
            self.fault(f"failed: {request.url} {request.failure}")

    def fault(self, text: str) -> None:
        self.faults.append(f"{self.page.url}: {text}")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def drawn(self, least: int = 1) -> None:
        """Waits until so many charts are drawn."""
        self.page.wait_for_function(
            "least => [...document.querySelectorAll('.chart')].filter(each => each.querySelector('.main-svg')).length >= least",
            arg=least)

    def shoot(self, name: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=self.shots / f"{name}-{width}.png", full_page=True)
            over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                self.fault(f"{name} is {over} pixels wider than {width}")
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def look_at_dark_pages(self, page: Page, found: dict[str, str]) -> None:
        chosen = ",".join(found.values())
        self.page = page
        for name, path in {
            "dark-runs": "/", "dark-run": f"/runs/{found['live']}", "dark-compare": f"/compare?runs={chosen}",
            "dark-scatter": "/scatter?x=h.effective_rank&y=h.knn_top1&color=strength",
            "dark-map": f"/runs/{found['strength-1']}/embeddings",
        }.items():
            self.open(path)
            page.wait_for_load_state("load")
            page.wait_for_timeout(1_000)
            self.shoot(name)

    def points(self, chart: str = ".chart") -> list[int]:
        """How many points each trace of a chart has."""
        return self.page.evaluate(
            "selector => document.querySelector(selector).data.map(trace => trace.x.length)", chart)

    def check_growth(self, run: str) -> None:
        self.open(f"/runs/{run}")
        self.drawn(3)
        self.page.wait_for_function("() => document.getElementById('connection').textContent === 'live'")
        before = self.points()[0]
        self.page.wait_for_function(
            "before => document.querySelector('.chart').data?.[0].x.length > before + 2", arg=before, timeout=60_000)
        print(f"a curve grew from {before} to {self.points()[0]} points while the page stood")
        self.shoot("run")

    def check_filter_and_comparison(self) -> None:
        page = self.page
        self.open("/")
        assert page.locator("tbody tr").count() == 4
        page.fill("input[name=set]", "strength=0.25")
        page.click("form[role=search] button")
        assert page.locator("tbody tr").count() == 1, "the filter leaves one run"
        self.open("/?columns=strength,encoder,loss,h.effective_rank,state")
        for box in page.locator("input[type=checkbox][name=runs]").all():
            box.check()
        page.click("text=Mark differences")
        assert page.locator("mark").count() >= 2, "cells that differ are marked"
        self.shoot("runs")
        page.click("text=Compare chosen")
        self.drawn(4)
        assert page.locator("h1").inner_text() == "Compare 4 runs"
        assert len(self.points()) == 4, "all runs are in one chart"
        page.select_option("select[name=smooth]", "10")
        page.wait_for_function("() => document.querySelector('.chart').data?.length === 8")
        assert "smooth=10" in page.url, "the address says what is shown"
        page.check("input[name=log]")
        page.wait_for_function("() => document.querySelector('.chart').layout?.yaxis.type === 'log'")
        page.select_option("select[name=figure]", "invariance")
        page.select_option("select[name=layer]", "z")
        page.click("#compare button")
        page.wait_for_selector("h3:has-text('Invariance')")
        slider = page.locator("input[name=epoch]")
        slider.evaluate("each => { each.value = each.min; each.dispatchEvent(new Event('input', { bubbles: true })); }")
        page.wait_for_function("() => /next to epoch 1\\b/.test(document.querySelector('#spectra figcaption').textContent)")
        self.drawn(5)
        self.shoot("compare")
        link = page.url
        self.open(link.removeprefix(self.address))
        self.drawn(5)
        assert page.is_checked("input[name=log]"), "a link shows the same"

    def check_points(self) -> None:
        page = self.page
        self.open("/scatter?x=h.effective_rank&y=h.knn_top1&color=strength")
        self.drawn()
        assert len(self.points()) == 3, "a colour a strength"
        page.check("input[name=join]")
        page.wait_for_function("() => document.querySelector('.chart').data?.length === 9")
        self.shoot("scatter")

    def check_notes(self, run: str) -> None:
        page = self.page
        self.open(f"/runs/{run}")
        page.click("#notes summary")
        page.fill("textarea[name=note]", "<script>alert(1)</script>\nsecond line")
        page.fill("input[name=tags]", "baseline, to repeat")
        page.click("#notes button")
        page.wait_for_selector("a.tag:has-text('baseline')")
        assert "<script>alert(1)</script>" in page.locator("p.note").inner_text()
        self.shoot("notes")
        self.open("/?tag=baseline")
        assert page.locator("tbody tr").count() == 1, "the tag filters"

    def check_map(self, run: str, other: str) -> None:
        page = self.page
        self.open(f"/runs/{run}/embeddings")
        page.wait_for_selector("text=There is no map yet")
        page.click("text=Make a map")
        page.wait_for_selector("#plane", timeout=120_000)
        page.wait_for_function("() => document.getElementById('map').dataset.points === '64'")
        box = page.locator("#plane").bounding_box()
        page.focus("#plane")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("#told h3:has-text('Nearest at z')")
        assert page.locator("#told li").count() == 16, "eight neighbours at h and at z"
        page.keyboard.press("Escape")
        page.select_option("#layer", "z")
        page.select_option("#color", "position_x")
        page.fill("#point", "5")
        page.wait_for_selector("#told h2:has-text('Point 5')")
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.wheel(0, -200)
        self.shoot("map")
        self.open(f"/runs/{run}/embeddings?with={other}")
        page.wait_for_function("() => document.getElementById('map').dataset.points === '128'")
        page.select_option("#color", "")
        page.wait_for_selector("#legend button:has-text('live')")

    def check_control(self, run: str) -> None:
        page = self.page
        self.open(f"/runs/{run}")
        page.click("text=Stop this run")
        assert page.locator("h1").inner_text() == "Shall this run stop?"
        self.shoot("stop")
        page.click("text=No, leave it as it is")
        page.wait_for_selector(".state.running")
        page.click("text=Stop this run")
        page.click("text=Yes, stop it")
        page.wait_for_selector("#progress .state.interrupted", timeout=60_000)
        page.click("text=Resume this run")
        page.click("text=Yes, resume it")
        page.wait_for_selector("#progress .state.running", timeout=60_000)
        before = page.locator("dt:text-is('Step') + dd").inner_text()
        page.wait_for_function(
            "before => [...document.querySelectorAll('#progress dt')].find(each => each.textContent === 'Step')"
            "?.nextElementSibling.textContent !== before", arg=before, timeout=60_000)
        print("a run was stopped with a checkpoint and resumed from its page")
        page.click("text=Stop this run")
        page.click("text=Yes, stop it")
        page.wait_for_selector("#progress .state.interrupted", timeout=60_000)

    def check_without_script(self, browser) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(self.address + "/")
        for box in page.locator("input[type=checkbox][name=runs]").all()[:2]:
            box.check()
        page.click("text=Compare chosen")
        assert page.locator("h1").inner_text() == "Compare 2 runs"
        page.locator("summary", has_text="The curves as tables").click()
        assert page.locator("caption", has_text="Loss along step").is_visible()
        context.close()


def main(gnomon: str, shots: Path) -> None:
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        runs = Path(name) / "runs"
        for strength in (0.25, 0.5, 1):
            subprocess.run(train(gnomon, runs / f"strength-{strength}", "--epochs", "3", "--measure-every", "1", "--strength",
                                 str(strength)), check=True,
                           stdout=subprocess.DEVNULL)
        os.environ["XDG_CACHE_HOME"] = str(Path(name) / "cache")
        serving = process([gnomon, "serve", str(runs), "--port", "0", "--allow-control"], stdout=subprocess.PIPE)
        # Slow enough to be looked at, and to the end of the check.
        training = process(train(gnomon, runs / "live", "--steps", "1000000", "--strength", "0.5"), stdout=subprocess.DEVNULL)
        with serving as server, training, sync_playwright() as playwright:
            address = server.stdout.readline().strip().rstrip("/")
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=options)
            checks = Checks(browser.new_page(viewport={"width": 1280, "height": 900}), address, shots)
            with urllib.request.urlopen(address + "/api/v1/runs") as answer:
                found = {run["name"]: run["id"] for run in json.load(answer)["runs"]}
            for _ in range(300):
                if "live" in found:
                    break
                checks.page.wait_for_timeout(200)
                with urllib.request.urlopen(address + "/api/v1/runs") as answer:
                    found = {run["name"]: run["id"] for run in json.load(answer)["runs"]}
            checks.check_growth(found["live"])
            checks.check_filter_and_comparison()
            checks.check_points()
            checks.check_notes(found["strength-1"])
            checks.check_control(found["live"])
            subprocess.run([gnomon, "embed", str(runs / "live"), "--quiet"], check=True)
            checks.check_map(found["strength-1"], found["live"])
            checks.check_without_script(browser)
            dark = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
            checks.look_at_dark_pages(dark, found)
            browser.close()
            assert not checks.faults, "\n".join(checks.faults)
    print(f"pages load without an error; screenshots are in {shots}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
