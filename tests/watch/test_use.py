"""The page in use: by mouse, touch and keys, on wide and narrow windows, told and untold."""

import re
from itertools import pairwise

import numpy as np
import pytest

from tests.watch.recipe import pixels_of

WIDTHS = [(375, 740), (1280, 900)]
SEVEN = [(0.3, 0.2), (0.5, 0.2), (0.7, 0.2), (0.62, 0.4), (0.54, 0.6), (0.46, 0.8)]


def answer(page):
    """Return the digit that the page says it sees."""
    return int(re.search(r"says (\d)", page.text_content("#answer"))[1])


def places(page, points):
    """Return points of the pad's unit square as pixels of the window."""
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def draw(page, points):
    """Draw one stroke with the mouse."""
    first, *others = places(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for x, y in others:
        page.mouse.move(x, y)
    page.mouse.up()


def pass_time(page, milliseconds):
    """Let time pass, with a frame of the page in each tenth of a second."""
    for _ in range(milliseconds // 100):
        page.clock.fast_forward(100)


def pixels(page):
    return np.array(page.evaluate("Array.from(watch.state.pixels)"))


def test_a_three_draws_itself_and_then_it_is_the_readers_turn(opened):
    with opened(motion="no-preference", clock=True) as page:
        page.clock.run_for(1000)
        assert np.count_nonzero(pixels(page)) > 0
        assert page.locator("#hint").is_hidden()
        pass_time(page, 6000)
        assert answer(page) == 3
        assert page.locator("#hint").is_visible()
        draw(page, SEVEN)
        assert page.locator("#hint").is_hidden()
        assert answer(page) == 7


def test_drawing_interrupts_the_three(opened):
    with opened(motion="no-preference", clock=True) as page:
        page.clock.run_for(500)
        draw(page, SEVEN)
        pass_time(page, 6000)
        assert page.evaluate("watch.pad.strokes.length") == 1
        assert answer(page) == 7


def test_with_reduced_motion_the_three_is_there_at_once(opened):
    with opened(motion="reduce") as page:
        assert answer(page) == 3
        assert page.locator("#hint").is_visible()


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_what_the_mouse_draws_becomes_the_pixels_of_the_recipe(opened, width, height):
    with opened(width, height) as page:
        draw(page, SEVEN)
        draw(page, [(0.35, 0.5), (0.65, 0.5)])
        strokes = [np.array(each) for each in page.evaluate("watch.pad.strokes")]
        assert len(strokes) == 2
        np.testing.assert_array_equal(pixels(page), pixels_of(strokes, centred=True))
        assert answer(page) == 7
        page.uncheck("#centred")
        np.testing.assert_array_equal(pixels(page), pixels_of(strokes, centred=False))


def test_a_finger_draws_and_the_page_does_not_scroll(opened):
    with opened(375, 740, has_touch=True, is_mobile=True) as page:
        fingers = page.context.new_cdp_session(page)
        (x, y), *others = places(page, SEVEN)
        before = page.evaluate("scrollY")
        touch = {"type": "touchStart", "touchPoints": [{"x": x, "y": y, "id": 0}]}
        fingers.send("Input.dispatchTouchEvent", touch)
        for x, y in others:
            second = {"x": 20, "y": 20, "id": 1}  # another finger, which draws nothing
            points = [{"x": x, "y": y, "id": 0}, second]
            fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert page.evaluate("watch.pad.strokes.length") == 1
        assert answer(page) == 7
        assert page.evaluate("scrollY") == before
        page.tap("#net button[aria-label^='hidden layer 2, neuron 4']")
        assert page.text_content("#neuron-name") == "Hidden layer 2, neuron 4"


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_nothing_is_cut_off_and_neurons_are_large_enough_to_hit(opened, width, height):
    with opened(width, height, has_touch=True) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = [each.bounding_box() for each in page.locator("#net button").all()]
        assert len(boxes) == 42
        assert min(min(box["width"], box["height"]) for box in boxes) >= 24
        assert max(box["x"] + box["width"] for box in boxes) < width
        for one, other in pairwise(boxes):
            gaps = abs(one["y"] - other["y"]), abs(one["x"] - other["x"])
            assert max(gaps) >= 24


def test_everything_is_reached_and_used_with_the_keyboard_only(opened):
    with opened() as page:
        page.evaluate("document.activeElement.blur()")
        reached = []
        for _ in range(60):
            page.keyboard.press("Tab")
            name = "e => e.id || e.closest('#net, #learnt, #restore, summary')?.id || e.tagName"
            reached.append(page.evaluate(f"({name})(document.activeElement)"))
            if reached[-1] == "SUMMARY":
                break
        expected = (
            "pad blank sample noise shuffle centred net stage learnt which knob rate step noises"
        )
        assert list(dict.fromkeys(reached)) == [*expected.split(), "SUMMARY"]
        page.keyboard.press("Enter")
        assert page.locator("#numbers tbody tr").count() == 42

        page.focus("#pad")
        draw_one = ["ArrowUp"] * 8 + [" "] + ["ArrowDown"] * 16 + [" "]
        for key in draw_one:
            page.keyboard.press(key)
        assert answer(page) == 1

        page.focus("#net button[tabindex='0']")
        for key in ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "End", "Enter"]:
            page.keyboard.press(key)
        assert page.text_content("#neuron-name") == "Answer 9"
        assert page.locator("#terms tbody tr").count() == 16

        page.focus("#stage")
        page.keyboard.press("Home")
        assert "0 steps" in page.get_attribute("#stage", "aria-valuetext")
        assert "9.7 % of" in page.text_content("#stage-words")


def test_keys_of_the_pad_do_not_scroll_and_say_where_the_pen_is(opened):
    with opened(1280, 400) as page:
        page.focus("#pad")
        before = page.evaluate("scrollY")
        for key in [" ", "ArrowDown", "ArrowDown", " "]:
            page.keyboard.press(key)
        assert page.evaluate("scrollY") == before
        assert len(page.evaluate("watch.pad.strokes[0]")) == 3


def test_the_pen_of_the_keys_is_seen_only_with_keys(opened):
    picture = "document.querySelector('#pad').toDataURL()"
    with opened() as page:
        page.click("#blank")
        empty = page.evaluate(picture)
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(picture) != empty
        draw(page, SEVEN)
        drawn = page.evaluate(picture)
        page.evaluate("document.activeElement.blur()")
        assert page.evaluate(picture) == drawn


def test_one_sentence_is_spoken_after_the_last_change(opened):
    with opened(clock=True) as page:
        page.clock.run_for(2000)
        for _ in range(3):
            page.click("#sample")
        before = page.text_content("#spoken")
        page.clock.run_for(300)
        assert page.text_content("#spoken") == before
        page.clock.run_for(1000)
        assert page.text_content("#spoken") == page.text_content("#answer")
        assert page.text_content("#spoken").startswith("A test digit")


def test_an_opened_neuron_shows_terms_that_add_up(opened, arrays):
    with opened() as page:
        page.click("#net button[aria-label^='hidden layer 1, neuron 6']")
        assert page.locator("#tiles").is_visible()
        numbers = re.findall(r"[−\d.]+\d", page.text_content("#equation"))
        total, bias, z, a = (float(each.replace("−", "-")) for each in numbers)
        assert abs(total + bias - z) < 0.02
        assert abs(1 / (1 + np.exp(-z)) - a) < 0.01
        assert abs(bias - arrays["biases_1"][-1, 5]) < 0.01
        page.click("#tile-w", position={"x": 3, "y": 3})
        assert "pixel 1, 1" in page.text_content("#knob-name")
        assert "does not move" in page.text_content("#knob-words")


def test_noise_blank_and_shuffled_pixels_get_an_answer(opened):
    with opened() as page:
        for name, said in [("noise", "Noise"), ("shuffle", "Shuffled"), ("blank", "A blank page")]:
            page.click(f"#{name}")
            assert page.text_content("#answer").startswith(said)
            answer(page)
        assert not pixels(page).any()
        page.click("#sample")
        inked = np.sort(pixels(page))
        page.click("#shuffle")
        np.testing.assert_array_equal(np.sort(pixels(page)), inked)
        page.click("#noises")
        assert "times" in page.text_content("#noises-words")


def test_the_slider_changes_network_curve_and_pictures(opened):
    with opened() as page:
        said = []
        for stage in range(8):
            page.fill("#stage", str(stage))
            picture = page.evaluate("document.querySelector('#learnt canvas').toDataURL()")
            said.append((page.text_content("#stage-words"), picture))
        assert len(set(said)) == 8
        assert said[-1][0].startswith("After 20 epochs: cost 0.05")


def test_a_knob_moves_the_cost_and_goes_back(opened):
    with opened() as page:
        before = page.text_content("#knob-words")
        page.focus("#knob")
        page.keyboard.press("Home")
        assert page.text_content("#knob-words") != before
        assert page.locator("#changed").is_visible()
        page.click("#knob-back")
        assert page.text_content("#knob-words") == before
        assert page.locator("#changed").is_hidden()


def test_a_step_lowers_the_cost_and_is_undone(opened):
    with opened() as page:
        page.fill("#stage", "4")
        before = page.text_content("#step-words")
        page.click("#step")
        costs = re.findall(r"0\.\d{4}", page.text_content("#step-words"))
        assert float(costs[1]) < float(costs[0])
        page.click("#undo")
        assert before.split()[-1] in page.text_content("#step-words")
        assert page.locator("#undo").is_disabled()
        page.click("#step")
        page.click("#restore")
        assert page.text_content("#step-words") == before


def test_the_pictures_name_their_source(opened):
    with opened() as page:
        assert "MNIST" in page.text_content("#source")
