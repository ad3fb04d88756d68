#!/usr/bin/env python3
"""page_layout_test.py FOLDER: names, numbers, layout, colours, and pages of runs of other kinds; leaves screenshots in
FOLDER/screenshots."""

import csv
import os
import re
import unittest

import numpy as np
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from page import CLASSES, EPOCHS, FOLDER, Page
from report_file import confusion_of

HOSTILE_CLASS = "<script>alert(1)</script>"


class Layout(Page):
    def test_names_are_shown_as_text(self):
        self.open()
        self.assertEqual(self.find("h1").text, self.data["title"])
        self.assertIn(HOSTILE_CLASS, [b.text for b in self.all("#class-toggles button")])
        self.assertIn(HOSTILE_CLASS, self.find("#class-table").text)
        self.assertIn("<img src=x onerror=alert(2)>", [n.text for n in self.all(".tile .name")])
        self.assertIn("</script><script>alert(3)</script>", [n.text for n in self.all("#run dt")])
        self.assertEqual(len(self.all("script")), 2)
        self.assertEqual(self.all("img:not([src^='data:image/jpeg;base64,']), body b b, h1 *"), [])

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
            self.assertEqual(float(cells[-1]), float(row[column["learning_rate"]]))
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
        highest = max(self.data["epochs"], key=lambda e: e["mean_iou"])["epoch"]
        self.assertIn(f"best mean IoU, epoch {highest}", self.find("#metric-chart svg").text)

    def test_a_validation_loss_that_rises_while_the_training_loss_falls_is_called_overfitting(self):
        self.open()
        losses = [e["val_loss"] for e in self.data["epochs"]]
        rise = losses[-1] / min(losses) - 1
        self.assertGreater(rise, .02, "the drawn run overfits")
        self.assertIn(f"rose by {100 * rise:.1f} %", self.find("#loss-chart p").text)
        self.assertIn("overfits", self.find("#loss-chart p").text)
        self.assertGreater(self.find("#loss-chart .gap").rect["width"], 10)
        self.open("running")
        self.assertEqual(self.all("#loss-chart .gap"), [])

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

    def test_a_run_that_was_stopped_says_so_and_waits_for_nothing(self):
        self.open("stopped")
        self.assertTrue(self.find("#status").text.startswith("Ended early"))
        self.assertFalse(self.find("#refresh-label").is_displayed())
        self.assertNotIn("Left, about", self.find("#figures").text)
        self.open("running")
        self.assertIn("Left, about", self.find("#figures").text)

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
