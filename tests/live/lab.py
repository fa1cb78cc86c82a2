"""Runs experiments one after the other, each within its time, and cleans up behind each."""

import re
import time

import requests

import marks
from exo import GaveUp
from experiment import OPEN, Answer, Bench
from price import RATES, cost


class OverBudget(Exception):
    pass


def affordable(experiments, budget, rates=RATES):
    """What they cost together at most. Refuses before anything is made."""
    total = sum(each.cost(rates) for each in experiments)
    if total > budget:
        raise OverBudget(f"{total:.2f} EUR at most is more than the budget of {budget:.2f} EUR: choose with --only, or raise --budget")
    return total


class Lab:
    """A run: an account, its marker, what it found, and what it could not take away."""

    def __init__(self, cloud, run, slipway="", rates=RATES, say=print, bench=Bench):
        self.cloud, self.run, self.slipway, self.rates, self.say = cloud, run, slipway, rates, say
        self.bench = bench
        self.memory, self.findings, self.spent = {}, [], 0.0
        self.left = []

    def all(self, experiments):
        try:
            for each in experiments:
                self.one(each)
        finally:
            self.left = self.clean()

    def one(self, experiment):
        begun = time.monotonic()
        bench = self.bench(self.cloud, self.run, experiment.minutes, self.memory, self.slipway)
        try:
            answer = experiment.run(bench)
        except GaveUp as reason:
            answer = Answer(None, f"not settled: {reason}", OPEN)
        except requests.RequestException as error:
            answer = Answer(None, f"not settled, something does not answer: {error}", OPEN)
        except Exception as error:  # One experiment's mistake is no reason to lose what the others find.
            answer = Answer(None, f"not settled, by a mistake of the experiment: {type(error).__name__}: {error}", OPEN)
        finally:
            if experiment.uses or experiment.makes != "nothing":
                self.clean()
        minutes = (time.monotonic() - begun) * self.cloud.pace / 60
        # As if everything had existed from the beginning to the end.
        spent = cost(experiment.uses, minutes, self.rates)
        self.spent += spent
        self.findings.append(
            {
                "id": experiment.id,
                "question": experiment.question,
                "source": experiment.source,
                "switch": experiment.switch or None,
                "answer": answer.value,
                "evidence": self.redacted(answer.evidence),
                "sure": answer.sure,
                "minutes": round(minutes, 1),
                "eurAtMost": round(spent, 4),
            }
        )
        self.say(f"{experiment.id}: {answer.value} — {self.redacted(answer.evidence)}")
        return answer

    def clean(self):
        """What carries the run's marker goes; what does not go is said."""
        _, left = marks.clean(self.cloud, self.run)
        for each in left:
            self.say(f"LEFT in {self.cloud.zone}: {each}")
        return left

    def redacted(self, text):
        """No key gets into a finding, whatever a refusal repeats of a request; nor an address that opens something."""
        text = str(text).replace(self.cloud.key.secret, "…")
        return re.sub(r"(https?://[^\s?]+)\?\S+", r"\1?…", re.sub(r"EXO[A-Za-z0-9]{6,}", "EXO…", text))
