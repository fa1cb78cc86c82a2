"""Money, findings and the command itself: nothing is made unasked, nothing beyond the budget, and no key is written down."""

import json
from datetime import datetime, timezone

import pytest

import ask_world
import command
import findings
from exo import GaveUp, Key
from experiment import OPEN, Answer, Experiment
from lab import Lab, OverBudget, affordable
from price import CLEANING, RATES, balancer, cost, machine
from questions import QUESTIONS


class Silent:
    """A cloud that must not be asked."""

    zone, endpoint, pace = "ch-gva-2", "https://api.example", 60
    key = Key("EXOtestkey", "testsecret")

    def __getattr__(self, name):
        raise AssertionError(f"asked for {name}")


def test_a_price_is_quantity_times_time():
    assert cost(machine("small", count=2, disk=10) + balancer(), 30) == pytest.approx((2 * 0.02333 + 20 * 0.00014 + 0.03472) / 2)


def test_a_full_run_is_under_a_euro():
    total = affordable(QUESTIONS, 1.0)
    assert 0.1 < total < 1.0
    assert total == pytest.approx(sum(cost(each.uses, each.minutes + CLEANING) for each in QUESTIONS))


def test_what_makes_machines_has_a_price():
    for each in QUESTIONS:
        billed = any(word in each.makes for word in ("machine", "cluster", "pool", "volume", "load balancer", "elastic IP"))
        assert billed == bool(each.uses) or each.makes.startswith("nothing"), each.id


def test_beyond_the_budget_nothing_is_made(monkeypatch, capsys):
    monkeypatch.setenv("EXOSCALE_API_KEY", "EXOtestkey")
    monkeypatch.setenv("EXOSCALE_API_SECRET", "testsecret")
    monkeypatch.setattr(command, "current", lambda: (RATES, "this test"))
    monkeypatch.setattr(command, "Cloud", lambda *_: Silent())
    with pytest.raises(SystemExit, match="more than the budget"):
        command.main(["run", "--yes-spend-money", "--budget", "0.01"])
    with pytest.raises(OverBudget):
        affordable(QUESTIONS, 0.05)


@pytest.mark.parametrize("arguments", [[], ["--list"], ["run"], ["run", "--yes-spend-money"], ["sweep"]])
def test_unasked_it_only_lists(arguments, monkeypatch, capsys):
    for name in ("EXOSCALE_API_KEY", "EXOSCALE_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(command, "Cloud", lambda *_: Silent())
    assert command.main(arguments) == 0
    said = capsys.readouterr().out
    assert all(each.id in said and each.question in said for each in QUESTIONS)


def test_a_key_without_the_word_spends_nothing(monkeypatch, capsys):
    monkeypatch.setenv("EXOSCALE_API_KEY", "EXOtestkey")
    monkeypatch.setenv("EXOSCALE_API_SECRET", "testsecret")
    monkeypatch.setattr(command, "Cloud", lambda *_: Silent())
    assert command.main(["run"]) == 0
    assert "--yes-spend-money" in capsys.readouterr().out


def asked(function, **details):
    lab = Lab(Silent(), "abc123", say=lambda _: None)
    lab.one(Experiment("one", "Is it so?", "here", function, **details))
    return lab


def test_what_fails_is_not_an_answer():
    def gives_up(bench):
        raise GaveUp("too late")

    def is_wrong(bench):
        raise KeyError("x")

    for function in (gives_up, is_wrong):
        [finding] = asked(function).findings
        assert (finding["answer"], finding["sure"]) == (None, OPEN)


def test_findings_hold_no_key_and_stay_a_table(tmp_path):
    evil = "403 “testsecret of EXOtestkey” https://sos.example/x?signature=open | <b>\nnext"
    lab = asked(lambda bench: Answer(403, evil), switch="protected_status")
    day = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    path, table = findings.write(lab, QUESTIONS, tmp_path, day)
    for text in (path.read_text(), table.read_text()):
        assert "testsecret" not in text and "EXOtestkey" not in text and "signature" not in text
    [row] = [line for line in table.read_text().splitlines() if line.startswith("| one ")]
    assert row.replace("\\|", "").count("|") == 6 and "`protected_status` = 403" in row and "<b>" not in row
    # A second run of the day replaces an answer and keeps the others.
    again = asked(lambda bench: Answer(409, "now"), switch="protected_status")
    findings.write(again, QUESTIONS, tmp_path, day)
    assert [each["answer"] for each in json.loads(path.read_text())["findings"]] == [409]


def test_versions_are_read_as_numbers(monkeypatch):
    class Reply:
        status_code, url = 200, "https://hub.example"

        def json(self):
            return {"results": [{"name": name} for name in ("0.9.0", "0.34.0", "latest", "0.35.0-rc1")]}

    monkeypatch.setattr(ask_world, "asked", lambda _: Reply())
    assert ask_world.controller_release(None).value == ["0.34.0", "0.9.0"]
    Reply.status_code = 404
    assert ask_world.controller_release(None).sure == OPEN
    assert ask_world.crio_streams(None).value == []
    Reply.status_code = 200
    assert ask_world.crio_streams(None).value == list(ask_world.MINORS)
