from shared.statistics.last_outcomes import LastOutcomes


def test_only_the_last_ten_are_kept():
    last = LastOutcomes()
    for number in range(30):
        last.update(number < 20)
    assert last.to_json() == "s" * 10
    assert last.get(99) == (0, 10)
