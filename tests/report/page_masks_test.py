#!/usr/bin/env python3
"""page_masks_test.py FOLDER: every canvas shows what the recorded masks say, whatever is chosen by mouse or keyboard."""

import unittest

import numpy as np
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from page import CLASSES, EPOCHS, IMAGES, Page, expected_canvas
from report_file import confusion_of, metrics_of


class Masks(Page):
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
        names = lambda: [n.get_attribute("title") for n in self.all(".tile .name")]
        self.assertEqual(ious(), sorted(ious()))
        before = names()
        self.press(*[Keys.ARROW_LEFT] * (EPOCHS - 1))
        self.assertEqual(ious(), sorted(ious()))
        self.assertNotEqual(names(), before, "another epoch has another order")
        self.script("arguments[0].value = 'best'; arguments[0].dispatchEvent(new Event('change'))", self.find("#sort"))
        self.assertEqual(ious(), sorted(ious(), reverse=True))
        self.script("arguments[0].value = 'order'; arguments[0].dispatchEvent(new Event('change'))", self.find("#sort"))
        self.assertEqual(names(), [i["name"] for i in self.data["images"]])

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
        order = self.script("""return [...document.querySelectorAll('.tile')].map(
            (button) => tiles.findIndex((tile) => tile.button === button))""")
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
