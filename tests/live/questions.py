"""All experiments, in the order in which they run: what costs nothing first, a whole cluster last."""

from importlib import import_module

from experiment import ALL

AREAS = ("ask_world", "ask_access", "ask_habits", "ask_machines", "ask_storage", "ask_balancers", "ask_guests", "ask_cluster")

for area in AREAS:
    import_module(area)

QUESTIONS = sorted(ALL.values(), key=lambda each: AREAS.index(each.run.__module__))
