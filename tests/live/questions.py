"""All experiments, in the order in which they run: what costs nothing first, a whole cluster last."""

import ask_world  # noqa: F401  isort: skip
import ask_access  # noqa: F401  isort: skip
import ask_machines  # noqa: F401  isort: skip
import ask_storage  # noqa: F401  isort: skip
import ask_balancers  # noqa: F401  isort: skip
import ask_guests  # noqa: F401  isort: skip
import ask_cluster  # noqa: F401  isort: skip
from experiment import ALL

QUESTIONS = list(ALL.values())
