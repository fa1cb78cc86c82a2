"""What experiments cost, before anything is made: quantities by the names of Exoscale's price list, times the longest that they may exist."""

from dataclasses import dataclass

import requests

LIST = "https://portal.exoscale.com/api/pricing/opencompute"

# EUR an hour without VAT, October 2026; the same numbers in francs and dollars.
RATES = {
    "running_tiny": 0.01458,
    "running_small": 0.02333,
    "running_medium": 0.04666,
    "volume": 0.00014,
    "snapshot": 0.00014,
    "template": 0.00028,
    "eip_address": 0.01389,
    "network_load_balancer": 0.03472,
}

# The price list is silent about block storage; counted at ten times the local disk, to be on the safe side.
UNLISTED = {"block_storage": 0.0014}


# Minutes that taking things away may take, beyond the time of the experiment itself.
CLEANING = 8


@dataclass(frozen=True)
class Use:
    """So much of something, for as long as an experiment lasts."""

    unit: str
    amount: float


def machine(size="tiny", count=1, disk=10):
    return [Use(f"running_{size}", count), Use("volume", count * disk)]


def address():
    return [Use("eip_address", 1)]


def balancer():
    return [Use("network_load_balancer", 1)]


def image(disk=10):
    """A snapshot and a template of a disk."""
    return [Use("snapshot", disk), Use("template", disk)]


def volume(gib=10):
    return [Use("block_storage", gib)]


def cost(uses, minutes, rates=RATES):
    """EUR, without VAT."""
    rates = UNLISTED | rates
    return sum(rates[use.unit] * use.amount for use in uses) * minutes / 60


def current():
    """Today's list if it can be had, else what is written here; and which of them."""
    try:
        today = requests.get(LIST, timeout=10).json()["eur"]
        return {unit: float(today[unit]) for unit in RATES}, "today's list"
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return RATES, "the list of October 2026"
