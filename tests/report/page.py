"""What the tests of the page share: reports that make_report.cpp wrote into FOLDER/KIND, driven in headless Chromium.

After each test there must be no message on the console and no request but of the page itself. FOLDER is the first word of
the command line.
"""

import base64
import json
import shutil
import sys
import unittest
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from report_file import read_data

FOLDER = Path(sys.argv.pop(1)).resolve()
PALETTE = np.array([[230, 159, 0], [0, 114, 178], [240, 228, 66]])
CLASSES, IMAGES, EPOCHS, SIZE = 3, 16, 15, 128


def recorded(kind="page", images=IMAGES):
    read = lambda name: np.fromfile(FOLDER / kind / name, np.uint8).reshape(-1, images, SIZE, SIZE)
    return np.minimum(read("truth.bin")[0], CLASSES), read("predicted.bin")


def expected_canvas(truth, prediction, *, show_prediction=True, show_truth=True, errors=False, on=(1, 0, 1), opacity=100, side=2):
    """What the canvas must hold: colour where the class is on, white lines where the true class changes."""
    on = np.array([*on, 0], dtype=bool)
    out = np.zeros((SIZE, SIZE, side, side, 4), dtype=int)  # a square of canvas pixels for each of the mask's
    alpha, filled = int(2.55 * opacity + .5), prediction if show_prediction else truth
    if show_prediction or show_truth:
        visible = on[filled] | (errors & (on[truth] | on[prediction]))
        out[visible, ..., :3] = PALETTE[filled[visible]][:, None, None]
        out[visible, ..., 3] = alpha
    if show_prediction and show_truth:
        white, shown = [255, 255, 255, min(255, 2 * alpha)], on[truth]
        right = (truth[:, :-1] != truth[:, 1:]) & (shown[:, :-1] | shown[:, 1:])
        below = (truth[:-1] != truth[1:]) & (shown[:-1] | shown[1:])
        out[:, :-1, :, -1][right] = white
        out[:-1, :, -1, :][below] = white
    if errors:
        out[(truth == prediction) | (truth == CLASSES)] = 0
    return out.transpose(0, 2, 1, 3, 4).reshape(SIZE * side, SIZE * side, 4)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars":
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.browser = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        cls.addClassCleanup(cls.browser.quit)
        cls.truth, cls.predicted = recorded()
        cls.data = read_data(FOLDER / "page")
        (FOLDER / "screenshots").mkdir(exist_ok=True)

    def open(self, kind="page", width=1400, height=1000, scheme="light"):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.browser.get("about:blank")
        self.script("window.name = ''")
        self.browser.get((FOLDER / kind / "report.html").as_uri())
        self.script("sessionStorage.clear()")
        self.browser.get((FOLDER / kind / "report.html").as_uri())
        self.drawn()

    def tearDown(self):
        self.assertEqual([m for m in self.browser.get_log("browser")], [], "messages on the console")
        asked = set()
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                asked.add(unquote(message["params"].get("request", message["params"])["url"]))
        foreign = [url[:200] for url in asked if not url.startswith((f"file://{FOLDER}/", "data:", "about:"))]
        self.assertEqual(foreign, [], "requests")

    def command(self, name, **arguments):
        return self.browser.execute_cdp_cmd(name, arguments)

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def drawn(self):
        """Waits for the frame in which what was chosen is shown."""
        self.browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector):
        self.find(selector).click()
        self.drawn()

    def press(self, *keys):
        webdriver.ActionChains(self.browser).send_keys(*keys).perform()
        self.drawn()

    def set_range(self, selector, value):
        self.script("const r = document.querySelector(arguments[0]); r.value = arguments[1];"
                    "r.dispatchEvent(new Event('input')); r.dispatchEvent(new Event('change'))", selector, value)
        self.drawn()

    def canvas(self, of):
        """Pixels of the tile of an image, by its number, or of the canvas that a selector finds."""
        text = self.script("""
            const canvas = typeof arguments[0] === 'number' ? tiles[arguments[0]].canvas : document.querySelector(arguments[0]);
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let text = '';
            for (let i = 0; i < data.length; i += 4096) text += String.fromCharCode(...data.subarray(i, i + 4096));
            return btoa(text)""", of)
        pixels = np.frombuffer(base64.b64decode(text), np.uint8).astype(int)
        width = int(np.sqrt(pixels.size // 4))
        return pixels.reshape(width, width, 4)

    def check_canvas(self, image, epoch=EPOCHS - 1, of=None, **layers):
        expected = expected_canvas(self.truth[image], self.predicted[epoch][image], **layers)
        found = self.canvas(image if of is None else of)
        differ = int((found != expected).any(axis=2).sum())
        self.assertEqual(differ, 0, f"pixels of image {image} after epoch {epoch + 1} with {layers}")
        return expected

    def epoch_shown(self):
        return self.find("#epoch-text").text

    def screenshot(self, name, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.drawn()
        self.browser.save_screenshot(str(FOLDER / "screenshots" / (name + ".png")))
