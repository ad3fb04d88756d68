#!/usr/bin/env python3
"""page_test.py FOLDER: drives the reports that make_report.cpp wrote into FOLDER/KIND in headless Chromium.

Every canvas is compared pixel by pixel with what the recorded masks say it must show. After each test there must be no
message on the console and no request but of the page itself. Screenshots are left in FOLDER/screenshots.
"""

import base64
import csv
import json
import os
import re
import shutil
import sys
import unittest
from pathlib import Path

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from report_file import confusion_of, metrics_of, read_data

FOLDER = Path(sys.argv.pop(1)).resolve()
PALETTE = np.array([[230, 159, 0], [0, 114, 178], [240, 228, 66]])
CLASSES, IMAGES, EPOCHS, SIZE = 3, 16, 15, 128
HOSTILE_CLASS = "<script>alert(1)</script>"


def recorded(kind="page", images=IMAGES):
    read = lambda name: np.fromfile(FOLDER / kind / name, np.uint8).reshape(-1, images, SIZE, SIZE)
    return np.minimum(read("truth.bin")[0], CLASSES), read("predicted.bin")


def expected_canvas(truth, prediction, *, show_prediction=True, show_truth=True, errors=False, on=(1, 0, 1), opacity=100, side=2):
    """What the canvas must hold: colour where the class is on, white lines where the true class changes."""
    on = np.array([*on, 0], dtype=bool)
    out = np.zeros((SIZE, SIZE, side, side, 4), dtype=int)  # a square of canvas pixels for each of the mask's
    alpha, filled = int(2.55 * opacity + .5), prediction if show_prediction else truth
    if show_prediction or show_truth:
        visible = on[filled]
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
                asked.add(message["params"].get("request", message["params"])["url"][:60])
        foreign = [url for url in asked if not url.startswith(("file://" + str(FOLDER)[:40], "data:", "about:"))]
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

    # What is seen

    def test_names_are_shown_as_text(self):
        self.open()
        self.assertEqual(self.find("h1").text, self.data["title"])
        self.assertIn(HOSTILE_CLASS, [b.text for b in self.all("#class-toggles button")])
        self.assertIn(HOSTILE_CLASS, self.find("#class-table").text)
        self.assertIn("<img src=x onerror=alert(2)>", [n.text for n in self.all(".tile .name")])
        self.assertIn("</script><script>alert(3)</script>", [n.text for n in self.all("#run dt")])
        self.assertEqual(len(self.all("script")), 2)
        self.assertEqual(self.all("img:not([src^='data:image/jpeg;base64,']), body b b, h1 *"), [])

    def test_every_image_shows_its_own_masks(self):
        self.open()
        self.set_range("#opacity", 100)
        for image in range(IMAGES):
            self.check_canvas(image)

    def test_every_layer_changes_the_pixels_that_it_should(self):
        self.open()
        self.set_range("#opacity", 100)
        seen = [self.check_canvas(1)]
        self.click("#show-truth")
        seen.append(self.check_canvas(1, show_truth=False))
        self.click("#show-errors")
        seen.append(self.check_canvas(1, show_truth=False, errors=True))
        self.click("#show-prediction")
        self.check_canvas(1, show_truth=False, show_prediction=False)
        self.assertEqual(self.canvas(1).sum(), 0)
        self.click("#show-truth")
        seen.append(self.check_canvas(1, show_prediction=False, errors=True))
        self.click("#show-errors")
        seen.append(self.check_canvas(1, show_prediction=False))
        self.assertEqual(len({s.tobytes() for s in seen}), len(seen), "each of these is another picture")
        self.assertEqual([b.get_attribute("aria-pressed") for b in self.all("#layers .group:first-child button")],
                         ["false", "true", "false"])

    def test_every_class_can_be_switched_off_and_on(self):
        self.open()
        self.set_range("#opacity", 100)
        on = [1, 0, 1]
        for c in 0, 1, 2, 0, 2:
            self.all("#class-toggles button")[c].click()
            self.drawn()
            on[c] = 1 - on[c]
            self.check_canvas(3, on=on)

    def test_opacity_is_that_of_the_pixels(self):
        self.open()
        for opacity in 0, 20, 60:
            self.set_range("#opacity", opacity)
            expected = expected_canvas(self.truth[2], self.predicted[-1][2], opacity=opacity)
            found = self.canvas(2)
            np.testing.assert_array_equal(found[..., 3], expected[..., 3])
            if opacity == 60:  # a canvas keeps colours times alpha, rounded
                np.testing.assert_allclose(found[..., :3], np.where(expected[..., 3:] > 0, expected[..., :3], 0), atol=1)

    def test_every_epoch_shows_its_own_mask(self):
        self.open()
        self.set_range("#opacity", 100)
        seen = set()
        for epoch in range(EPOCHS):
            self.set_range("#epoch", epoch)
            self.assertEqual(self.epoch_shown(), f"Epoch {epoch + 1} of {EPOCHS}")
            seen.add(self.check_canvas(0, epoch).tobytes())
            self.check_canvas(7, epoch)
        self.assertEqual(len(seen), EPOCHS)

    def test_replay_goes_from_the_first_epoch_to_the_last(self):
        self.open()
        self.script("""window.seen = [];
            new MutationObserver(() => seen.push(document.getElementById('epoch-text').textContent))
                .observe(document.getElementById('epoch-text'), {childList: true})""")
        self.click("#play")
        self.assertEqual(self.find("#play").get_attribute("aria-label"), "Stop")
        WebDriverWait(self.browser, 60).until(
            lambda _: self.find("#play").get_attribute("aria-label") == "Replay the epochs")
        self.drawn()
        seen = list(dict.fromkeys(self.script("return seen")))
        self.assertEqual(seen, [f"Epoch {e + 1} of {EPOCHS}" for e in range(EPOCHS)])

    def test_images_are_sorted_by_iou(self):
        self.open()
        ious = lambda: [float(b.text) for b in self.all(".tile b")]
        self.assertEqual(ious(), sorted(ious()))
        self.script("arguments[0].value = 'best'; arguments[0].dispatchEvent(new Event('change'))", self.find("#sort"))
        self.assertEqual(ious(), sorted(ious(), reverse=True))
        self.script("arguments[0].value = 'order'; arguments[0].dispatchEvent(new Event('change'))", self.find("#sort"))
        self.assertEqual([n.get_attribute("title") for n in self.all(".tile .name")], [i["name"] for i in self.data["images"]])

    # Enlarged

    def test_an_enlarged_image_stands_beside_its_truth_and_its_prediction(self):
        self.open()
        self.set_range("#opacity", 100)
        self.script("tiles[5].button.click()")
        self.drawn()
        self.check_canvas(5, of="#viewer-truth canvas", show_prediction=False, side=4)
        self.check_canvas(5, of="#viewer-prediction canvas", side=4)
        self.assertEqual(self.canvas("#viewer-image canvas").sum(), 0)
        lefts = [f.rect["x"] for f in self.all(".trio figure")]
        self.assertEqual(len({f.rect["y"] for f in self.all(".trio figure")}), 1)
        self.assertEqual(lefts, sorted(lefts))
        shown = [float(b.text.split()[-1]) for b in self.all("#viewer-classes b")]
        iou = metrics_of(confusion_of(self.truth[5], self.predicted[-1][5], CLASSES))["iou"]
        np.testing.assert_allclose(shown, iou, atol=.00051)

    def test_keyboard(self):
        self.open()
        self.set_range("#opacity", 100)
        self.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
        self.assertEqual(self.epoch_shown(), f"Epoch {EPOCHS - 2} of {EPOCHS}")
        self.check_canvas(0, EPOCHS - 3)
        self.press(Keys.ARROW_RIGHT)
        self.script("document.querySelector('.tile').focus()")
        order = self.script("return sortedTiles().map((t) => tiles.indexOf(t))")
        self.press(Keys.ENTER)
        self.assertTrue(self.find("#viewer").is_displayed())
        self.press(Keys.ARROW_RIGHT)
        self.assertIn(self.data["images"][order[1]]["name"], self.find("#viewer-title").text)
        self.press(Keys.ARROW_DOWN)
        self.assertEqual(self.find("#viewer-epoch").text, f"Epoch {EPOCHS - 2} of {EPOCHS}")
        self.check_canvas(order[1], EPOCHS - 3, of="#viewer-prediction canvas", side=4)
        self.press(Keys.ARROW_UP)
        self.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)  # to the last image
        self.check_canvas(order[-1], EPOCHS - 2, of="#viewer-prediction canvas", side=4)
        self.press(Keys.ESCAPE)
        self.assertFalse(self.find("#viewer").is_displayed())
        self.assertEqual(self.script("return document.activeElement === tiles[arguments[0]].button", order[-1]), True)

    def test_every_control_is_reached_by_tab_with_its_focus_seen_and_has_a_name(self):
        self.open()
        wanted = {"theme", "play", "epoch", "show-prediction", "show-truth", "show-errors", "opacity", "sort"}
        reached, tiles = set(), 0
        for _ in range(40):
            self.press(Keys.TAB)
            if self.script("return document.activeElement === document.body"):
                break
            at = self.script("""const e = document.activeElement, s = getComputedStyle(e);
                return {id: e.id, tile: e.classList.contains('tile'), outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
                        name: e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent.slice(0, 80)}""")
            self.assertTrue(at["outline"] and at["name"].strip(), at)
            reached.add(at["id"])
            tiles += at["tile"]
        self.assertLessEqual(wanted, reached)
        self.assertEqual(tiles, IMAGES)

    # Numbers

    def test_numbers_of_every_epoch_are_those_of_metrics_csv(self):
        self.open()
        rows = list(csv.reader((FOLDER / "page" / "metrics.csv").read_text(encoding="utf-8").splitlines()))
        column = {name: i for i, name in enumerate(rows[0])}
        names = [c["name"] for c in self.data["classes"]]
        wanted = ["train_loss", "val_loss", "val_accuracy", "val_mean_iou", "val_mean_dice", *("val_iou_" + n for n in names)]
        shown = self.script("""return [...document.querySelectorAll('#epoch-table tbody tr')].map(
            (row) => [...row.children].map((cell) => cell.textContent))""")
        self.assertEqual(len(shown), EPOCHS)
        for row, cells in zip(rows[1:], shown):
            self.assertEqual(cells[:9], [row[0], *(row[column[name]] for name in wanted)])
        for epoch in 0, 6, 14:
            self.set_range("#epoch", epoch)
            cells = [[float(c.text.rstrip(" %")) for c in r.find_elements(By.TAG_NAME, "td")] for r in self.all("#class-table tbody tr")[:3]]
            for c, name in enumerate(names):
                for at, metric in enumerate(("iou", "dice", "precision", "recall")):
                    self.assertAlmostEqual(cells[c][at], float(rows[epoch + 1][column[f"val_{metric}_{name}"]]), delta=.000051)
            counts = [[int(s.text.replace(",", "")) for s in r.find_elements(By.TAG_NAME, "small")] for r in self.all("#confusion tbody tr")]
            np.testing.assert_array_equal(counts, confusion_of(self.truth, self.predicted[epoch], CLASSES))

    def test_curves_tell_values_under_the_pointer_and_take_the_epoch_of_a_click(self):
        self.open()
        svg = self.find("#loss-chart svg")
        webdriver.ActionChains(self.browser).move_to_element_with_offset(svg, -svg.size["width"] // 2 + 44, 0).perform()
        tip = self.find("#loss-chart .tip").text
        first = self.data["epochs"][0]
        for text in "Epoch 1", f"{first['train_loss']:.4f}", f"{first['val_loss']:.4f}":
            self.assertIn(text, tip)
        webdriver.ActionChains(self.browser).click().perform()
        self.drawn()
        self.assertEqual(self.epoch_shown(), f"Epoch 1 of {EPOCHS}")
        lowest = min(self.data["epochs"], key=lambda e: e["val_loss"])["epoch"]
        self.assertIn(f"lowest, epoch {lowest}", self.find("#loss-chart svg").text)
        self.assertEqual(len(self.all("#metric-chart .curve:not(.edge)")), 2 + CLASSES)

    # Layout and colours

    def test_layout_holds_on_a_phone_and_on_a_wide_screen(self):
        for width, scheme in (360, "light"), (360, "dark"), (1400, "light"), (1400, "dark"):
            self.open(width=width, scheme=scheme)
            height = self.script("return document.documentElement.scrollHeight")
            outside = self.script("""return [...document.querySelectorAll('body *')].filter((e) => {
                const r = e.getBoundingClientRect();
                return r.width > 0 && !e.closest('.scroll, .skip') && (r.left < -1 || r.right > innerWidth + 1);
              }).map((e) => e.tagName + '#' + e.id + '.' + e.className)""")
            self.assertEqual(outside, [])
            self.assertEqual(self.script("return document.documentElement.scrollWidth"), width)
            self.assertGreaterEqual(self.script("return Math.min(...[...document.querySelectorAll('button, select')].filter("
                                                "(e) => e.offsetWidth > 0).map((e) => e.offsetHeight))"), 32)
            columns = len({t.rect["x"] for t in self.all(".tile")})
            self.assertEqual(columns, 2 if width == 360 else 4)
            self.screenshot(f"page-{width}-{scheme}", width, height)
            self.script("tiles[0].button.click()")
            self.drawn()
            self.assertLessEqual(self.find("#viewer").rect["width"], width)
            self.screenshot(f"enlarged-{width}-{scheme}", width, 1000 if width > 400 else 1400)

    def screenshot(self, name, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.drawn()
        self.browser.save_screenshot(str(FOLDER / "screenshots" / (name + ".png")))

    def test_light_and_dark_follow_the_system_until_the_switch_is_used(self):
        paper = lambda: self.script("return getComputedStyle(document.body).backgroundColor")
        self.open(scheme="dark")
        dark = paper()
        self.assertEqual(self.find("#theme").get_attribute("aria-pressed"), "true")
        self.click("#theme")
        light = paper()
        self.open(scheme="light")
        self.assertEqual(paper(), light)
        self.assertNotEqual(light, dark)
        self.click("#theme")
        self.assertEqual(paper(), dark)

    # Other runs

    def test_a_page_of_a_run_that_goes_on_reloads_itself_and_keeps_what_was_chosen(self):
        before = (FOLDER / "running" / "report.html").read_bytes()
        self.open("running")
        self.assertEqual(self.epoch_shown(), "Epoch 2 of 5")
        self.click("#show-truth")
        try:
            temporary = FOLDER / "running" / "new.html"  # of the same run, as if that had begun at the same time
            started = lambda page: re.search(rb'"started":\d+', page).group()
            later = (FOLDER / "next" / "report.html").read_bytes()
            temporary.write_bytes(later.replace(started(later), started(before)))
            os.replace(temporary, FOLDER / "running" / "report.html")
            WebDriverWait(self.browser, 60, ignored_exceptions=[Exception]).until(
                lambda _: self.epoch_shown() == "Epoch 3 of 5")
        finally:
            (FOLDER / "running" / "report.html").write_bytes(before)
        self.assertEqual(self.find("#show-truth").get_attribute("aria-pressed"), "false")

    def test_a_page_before_the_first_epoch_says_so(self):
        self.open("waiting")
        self.assertIn("The first epoch will be here", self.find("#empty").text)
        self.assertFalse(self.find("#main").is_displayed())

    def test_a_run_without_validation_has_its_loss_alone(self):
        self.open("unvalidated")
        self.assertEqual(len(self.all("#loss-chart .curve:not(.edge)")), 1)
        for absent in "#metric-chart", "#grid-section", "#class-numbers", "#layers":
            self.assertFalse(self.find(absent).is_displayed(), absent)

    def test_64_images_of_200_epochs_stay_small_and_open(self):
        page = FOLDER / "long" / "report.html"
        self.assertLess(page.stat().st_size, 25e6)
        self.open("long")
        self.assertEqual(len(self.all(".tile")), 64)
        self.assertEqual(self.epoch_shown(), "Epoch 200 of 200")
        ready = self.script("return performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart")
        print(f"64 images of 200 epochs: {page.stat().st_size / 1e6:.1f} MB, drawn {ready} ms after it was asked for")

    def test_16_images_of_15_epochs_stay_below_3_MB(self):
        self.assertLess((FOLDER / "page" / "report.html").stat().st_size, 3e6)


if __name__ == "__main__":
    unittest.main(verbosity=2)
