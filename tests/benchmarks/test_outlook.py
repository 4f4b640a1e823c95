"""How long it will take is told from what was measured."""

from benchmarks.outlook import Outlook


def test_before_anything_has_ended_nothing_is_known() -> None:
    outlook = Outlook({"a": 3, "b": 1})
    assert (outlook.repeats_done, outlook.repeats_left, outlook.seconds_left) == (0, 4, None)
    assert outlook.seconds("a") is None


def test_what_was_not_measured_yet_is_taken_to_be_like_the_others() -> None:
    outlook = Outlook({"a": 3, "b": 2, "c": 1})
    outlook.ended("a", 10.0, failed=False)
    outlook.ended("b", 20.0, failed=False)
    assert outlook.seconds_left == 2 * 10 + 1 * 20 + 1 * 15
    outlook.ended("a", 14.0, failed=False)
    assert outlook.seconds("a") == 12.0
    assert (outlook.done("a"), outlook.left("a"), outlook.repeats_done, outlook.repeats_left) == (2, 1, 3, 3)


def test_one_that_has_failed_is_not_waited_for() -> None:
    outlook = Outlook({"a": 3, "b": 1})
    outlook.ended("a", 10.0, failed=True)
    assert (outlook.has_failed("a"), outlook.has_failed("b"), outlook.left("a")) == (True, False, 0)
    assert outlook.seconds_left == 10.0
