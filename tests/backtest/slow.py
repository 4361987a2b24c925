#!/usr/bin/env python3
"""The same backtest by a slow and independent loop: docs/backtest.md, read by a person and written down in Python.

    slow.py CONFIG PRICES [--whole-shares] [--initial N] [--check daily|weekly|monthly] [--failure-rate R] [--seed N]

It prints what `rebalance backtest --format json` prints of each policy, in the same words. Fractional shares are reckoned in
decimals of fifty digits, whole shares in integers, and the best whole shares are found by trying all that come near: the
portfolios it is asked about are small. It shares no code, no fixed point and no solver with the program.
"""
import argparse
import csv
import datetime
import hashlib
import itertools
import json
import math
from decimal import Decimal as D
from decimal import ROUND_HALF_EVEN, getcontext
from fractions import Fraction

import yaml

getcontext().prec = 50
ZERO = D(0)
# How far apart figures are that are the same: an edge that is traded to is met exactly, but for the last of fifty digits.
SAME = D("1e-30")


class Text(yaml.SafeLoader):
    """Numbers stay the text they are."""


Text.yaml_implicit_resolvers = {}


def number(text, default="0"):
    return D(str(text if text is not None else default))


class Portfolio:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            p = yaml.load(file, Text)["portfolio"]
        self.currency = p["base_currency"]
        self.unit = D(1) if self.currency in ("KRW", "JPY") else D("0.01")
        assets = [asset for sleeve in p["allocation"].values() for asset in sleeve["assets"]]
        self.assets = sorted((a for a in assets if number(a["target"]) > 0), key=lambda a: a["code"])
        self.codes = [a["code"] for a in self.assets]
        self.target = [number(a["target"]) for a in self.assets]
        self.low = [number(a["min"]) for a in self.assets]
        self.high = [number(a["max"]) for a in self.assets]
        r, c = p["rebalancing"], p["costs"]
        self.trigger = r.get("drift_trigger") or {}
        self.schedule = r.get("scheduled")
        limits = r.get("constraints") or {}
        self.min_trade = number(limits.get("min_trade_amount"))
        self.reserve = max(number(limits.get("cash_reserve")), number((p.get("cash") or {}).get("reserve")))
        self.commission = number(c["etf_commission_rate"])
        self.least = number(c.get("commission_minimum"))
        self.fee = number(c.get("commission_per_order"))
        self.slippage = number(c["slippage_estimate"])
        self.average = c.get("cost_basis") == "moving_average"
        t = p.get("taxes") or {}
        overseas = number(t.get("overseas_rate"), c.get("overseas_etf_tax_rate") or "0.22")
        rates = {None: number(c.get("etf_tax_rate")), "kr_equity": ZERO, "overseas": overseas}
        rates["kr_other"] = number(t.get("kr_other_rate"), "0.154")
        self.tax = [rates[a.get("tax_class")] for a in self.assets]
        self.pooled = [a.get("tax_class") == "overseas" for a in self.assets]
        self.overseas = overseas
        self.deduction = number(t.get("overseas_deduction"), "2500000") if self.currency == "KRW" else ZERO


def prices(path, codes, longest_gap=5):
    """Days and rows of prices, from either shape of file."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    header = [name.strip() for name in rows[0]]
    seen = {}
    for row in rows[1:]:
        if not row:
            continue
        day = datetime.date.fromisoformat(row[0].strip())
        if [name.lower() for name in header[1:]] == ["code", "price"]:
            pairs = [(row[1].strip(), row[2])]
        else:
            pairs = list(zip(header[1:], row[1:]))
        for code, text in pairs:
            if code in codes:
                text = text.strip().replace(",", "")
                missing = text == "" or text.lower() in ("nan", "null")
                price = None if missing else D(text).quantize(D("1e-10"), ROUND_HALF_EVEN)
                seen.setdefault(day, {})[code] = price
    days, table, last, gap = [], [], {}, {code: 0 for code in codes}
    for day in sorted(seen):
        for code in codes:
            price = seen[day].get(code)
            if price is None:
                gap[code] += 1
            else:
                last[code], gap[code] = price, 0
        if len(last) == len(codes):
            assert max(gap.values()) <= longest_gap, (day, gap)
            days.append(day)
            table.append([last[code] for code in codes])
    return days, table


def scheduled(schedule, days):
    """The dates of a schedule after the first day, by looking at every month."""
    schedule = schedule or {"months": ["1", "4", "7", "10"], "day": "first_business_day"}
    months, day = {int(month) for month in schedule["months"]}, schedule["day"]
    back = day == "last_business_day" or (
        day != "first_business_day" and schedule.get("convention") == "preceding"
    )
    named = {"first_business_day": 1, "last_business_day": 31}.get(day) or int(day)
    dates = set()
    for year in range(days[0].year - 1, days[-1].year + 2):
        for month in months:
            first = datetime.date(year, month, 1)
            length = ((first + datetime.timedelta(days=32)).replace(day=1) - first).days
            date = first.replace(day=min(named, length))
            if back and date <= days[-1]:
                dates.update([d for d in days if d <= date][-1:])
            elif not back:
                dates.update([d for d in days if d >= date][:1])
    return sorted(date for date in dates if date > days[0])


def looked_at(days, check):
    period = {
        "daily": lambda day: day,
        "weekly": lambda day: day.isocalendar()[:2],
        "monthly": lambda day: (day.year, day.month),
    }[check]
    return [at == 0 or period(day) != period(days[at - 1]) for at, day in enumerate(days)]


def fails(rate, seed, day):
    drawn = int.from_bytes(hashlib.sha256(f"{seed}:{day.isoformat()}".encode()).digest()[:8], "big")
    return Fraction(drawn, 2**64) < Fraction(rate)


class Lots:
    """What the shares of an asset cost."""

    def __init__(self, average):
        self.average, self.lots = average, []

    def buy(self, shares, price):
        if self.average and self.lots:
            (held, cost), = self.lots
            self.lots = [(held + shares, (held * cost + shares * price) / (held + shares))]
        else:
            self.lots.append((shares, price))

    def cost(self, shares):
        cost = 0
        for held, price in self.lots:
            taken = min(held, shares)
            cost, shares = cost + taken * price, shares - taken
        return cost

    def sell(self, shares):
        left = []
        for held, price in self.lots:
            taken = min(held, shares)
            shares -= taken
            if held > taken:
                left.append((held - taken, price))
        self.lots = left


class Account:
    def __init__(self, portfolio, cash):
        self.p = portfolio
        self.shares = [0 for _ in portfolio.codes]
        self.cash = cash
        self.lots = [Lots(portfolio.average) for _ in portfolio.codes]
        self.year, self.realised = None, 0
        self.orders, self.traded, self.commission, self.slippage, self.tax = 0, 0, 0, 0, 0

    def total(self, prices):
        return self.cash + sum(shares * price for shares, price in zip(self.shares, prices))

    def allowance(self, day):
        return max(0, self.p.deduction - (self.realised if self.year == day.year else 0))

    def fill(self, day, prices, shares, charges):
        """Takes orders to be filled; charges are commission, slippage and tax."""
        gains = 0
        for at, (before, after, price) in enumerate(zip(self.shares, shares, prices)):
            if after == before:
                continue
            self.orders += 1
            self.traded += abs(after - before) * price
            self.cash -= (after - before) * price
            if after > before:
                self.lots[at].buy(after - before, price)
            else:
                if self.p.pooled[at]:
                    gains += (before - after) * price - self.lots[at].cost(before - after)
                self.lots[at].sell(before - after)
        commission, slippage, tax = charges
        self.cash -= commission + slippage + tax
        self.commission, self.slippage, self.tax = self.commission + commission, self.slippage + slippage, self.tax + tax
        if self.year != day.year:
            self.year, self.realised = day.year, 0
        self.realised += gains
        self.shares = list(shares)


# Fractional shares.


def charges(account, day, prices, shares):
    p = account.p
    commission = slippage = tax = pooled = ZERO
    for at, (before, after, price) in enumerate(zip(account.shares, shares, prices)):
        amount = abs(after - before) * price
        if amount == 0:
            continue
        commission += max(p.commission * amount, p.least) + p.fee
        slippage += p.slippage * amount
        if after < before and p.tax[at]:
            gain = amount - account.lots[at].cost(before - after)
            if p.pooled[at]:
                pooled += gain
            else:
                tax += p.tax[at] * max(gain, ZERO)
    tax += p.overseas * max(pooled - account.allowance(day), ZERO)
    return commission, slippage, tax


def aimed(account, prices, aim, edge):
    p = account.p
    targets = [target * max(aim - p.reserve, ZERO) for target in p.target]
    if not edge:
        return [target / price for target, price in zip(targets, prices)]
    values = [shares * price for shares, price in zip(account.shares, prices)]
    wanted = [min(max(value, low * aim), high * aim) for value, low, high in zip(values, p.low, p.high)]
    short = p.reserve - (aim - sum(wanted))
    for at in sorted(range(len(wanted)), key=lambda at: (targets[at] - wanted[at], at)):
        sold = min(max(short, ZERO), max(wanted[at] - targets[at], ZERO))
        wanted[at], short = wanted[at] - sold, short - sold
    # What is not traded keeps its shares to the last digit.
    return [
        shares if want == value else want / price
        for shares, want, value, price in zip(account.shares, wanted, values, prices)
    ]


def fractional(account, day, prices, edge, drift):
    total = account.total(prices)
    aim = total
    for _ in range(300):
        shares = aimed(account, prices, aim, edge)
        left = total - sum(charges(account, day, prices, shares))
        if abs(left - aim) < D("1e-35"):
            break
        aim = left
    account.fill(day, prices, shares, charges(account, day, prices, shares))


# Whole shares: money is in the smallest unit, an integer.


def up(value):
    return math.ceil(value)


def whole_charges(account, day, prices, shares):
    p, unit = account.p, Fraction(account.p.unit)
    commission = slippage = tax = pooled = 0
    for at, (before, after, price) in enumerate(zip(account.shares, shares, prices)):
        amount = abs(after - before) * price
        if amount == 0:
            continue
        commission += up(max(Fraction(p.commission) * amount, Fraction(p.least) / unit) + Fraction(p.fee) / unit)
        # What is paid is rounded up, what is received is rounded down.
        slippage += up(Fraction(p.slippage) * amount)
        if after < before and p.tax[at]:
            gain = up(amount - Fraction(account.lots[at].cost(before - after)))
            if p.pooled[at]:
                pooled += gain
            else:
                tax += up(Fraction(p.tax[at]) * max(gain, 0))
    tax += up(Fraction(p.overseas) * max(pooled - Fraction(account.allowance(day)), 0))
    return commission, slippage, tax


def candidates(account, prices, total, edge, most):
    """The numbers of shares that come near to being best, for each asset."""
    p, least = account.p, Fraction(account.p.min_trade) / Fraction(account.p.unit)
    cash = account.cash - Fraction(p.reserve) / Fraction(p.unit)
    needed = sum(max(0, Fraction(l) * total - s * c) for l, s, c in zip(p.low, account.shares, prices))
    for at, (held, price) in enumerate(zip(account.shares, prices)):
        low, high = Fraction(p.low[at]) * total, Fraction(p.high[at]) * total
        smallest = up(least / price)
        # No order, the smallest ones, and a full exit.
        near = {0, held} | {held + sign * (smallest + more) for sign in (-1, 1) for more in (0, 1, 2)}
        if edge:
            near |= {up(low / price) + more for more in (-1, 0, 1, 2)}
            near |= {int(high / price) + more for more in (-2, -1, 0, 1)}
            # Cash that is short may come from any of them.
            if needed * Fraction(12, 10) + most >= cash:
                near |= set(range(max(0, up(low / price) - 1), held + 1))
        else:
            ideal = Fraction(p.target[at]) * total
            near |= set(range(int((ideal - most) / price) - 2, int((ideal + most) / price) + 3))
        yield sorted(x for x in near if x == held or x == 0 or (x > 0 and abs(x - held) * price >= least))


def best(account, day, prices, total, edge):
    """The best shares: by violation of the bands, distance or turnover, cost, orders, turnover, trades."""
    p, reserve = account.p, up(Fraction(account.p.reserve) / Fraction(account.p.unit))
    ideal = [int(Fraction(target) * total / price) for target, price in zip(p.target, prices)]
    # What others may have to give way to: costs, the reserve, and a share of the dearest.
    most = 2 * sum(whole_charges(account, day, prices, ideal)) + reserve + max(prices)
    lists = []
    for at, numbers in enumerate(candidates(account, prices, total, edge, most)):
        price, held, rows = prices[at], account.shares[at], []
        low, target, high = (Fraction(w[at]) * total for w in (p.low, p.target, p.high))
        for x in numbers:
            value, trade = x * price, (x - held) * price
            far = abs(trade) if edge else (value - target) ** 2
            rows.append((x, trade, max(low - value, 0, value - high) ** 2, far))
        lists.append(rows)
    assert math.prod(map(len, lists)) <= 3_000_000, "this portfolio is too large to try all of it"
    found = None
    for rows in itertools.product(*lists):
        spent = sum(row[1] for row in rows)
        if account.cash - spent < reserve:
            continue
        near = sum(row[2] for row in rows), sum(row[3] for row in rows)
        if found and near > found[0][:2]:
            continue
        shares = tuple(row[0] for row in rows)
        cost = sum(whole_charges(account, day, prices, shares))
        if account.cash - spent - cost < reserve:
            continue
        trades = [x - held for x, held in zip(shares, account.shares)]
        turnover = sum(abs(row[1]) for row in rows)
        score = (*near, cost, sum(trade != 0 for trade in trades), turnover, trades)
        if found is None or score < found[0]:
            found = (score, shares)
    return found and found[1]


def whole(account, day, prices, edge, drift):
    def settles(shares, total):
        values = [x * price for x, price in zip(shares, prices)]
        return total > 0 and not breached(account.p, values, total, drift)

    def after(shares):
        return account.total(prices) - sum(whole_charges(account, day, prices, shares))

    first = chosen = best(account, day, prices, account.total(prices), edge)
    total = after(first)
    if not settles(first, total):
        for _ in range(4):
            other = best(account, day, prices, total, edge)
            if other is None:
                break
            left = after(other)
            if settles(other, left):
                chosen = other
                break
            if left == total:
                break
            total = left
    account.fill(day, prices, chosen, whole_charges(account, day, prices, chosen))


# The loop.


def breached(p, values, total, drift):
    for at, value in enumerate(values):
        weight = value / total if isinstance(total, D) else Fraction(value, total)
        exact = D if isinstance(total, D) else Fraction
        same = SAME if exact is D else 0
        if weight < exact(p.low[at]) - same or weight > exact(p.high[at]) + same:
            return True
        if drift is not None:
            kind, threshold = drift
            due = {
                "absolute": threshold,
                "relative": threshold * p.target[at],
                "either": min(threshold, p.target[at] * D("0.25")),
            }[kind]
            if abs(weight - exact(p.target[at])) >= exact(due):
                return True
    return False


def policy(p, name, given):
    """When it looks at dates, how it measures drift, whether it looks at bands, whether it trades to their edges only."""
    own = p.trigger.get("type", "absolute"), number(p.trigger["threshold"]) if "threshold" in p.trigger else None
    kind = name.split("_")[1] if name.startswith("threshold") else own[0]
    if name.startswith("threshold") or name == "hybrid":
        alike = own[1] if (own[0] == "relative") == (kind == "relative") else None
        drift = (kind, given or alike or D("0.25" if kind == "relative" else "0.05"))
    else:
        drift = None
    bands = name not in ("never", "time")
    return name in ("time", "hybrid"), drift, bands, name == "band_edge"


def run(p, days, table, name, given, options):
    dates_count, drift, bands, edge = policy(p, name, given)
    unit, trade = D(1), fractional
    if options.whole_shares:
        unit, trade = p.unit, whole
        table = [[int((price / unit).quantize(D(1), ROUND_HALF_EVEN)) for price in row] for row in table]
    initial = D(options.initial) / unit
    account = Account(p, int(initial) if options.whole_shares else initial)
    if options.whole_shares:
        p.deduction = p.deduction / unit
    dates, looks = scheduled(p.schedule, days) if dates_count else [], looked_at(days, options.check)
    counts = {"scheduled": 0, "drift": 0, "failed": 0, "out_of_band_days": 0}
    last, values = None, []
    for at, (day, prices) in enumerate(zip(days, table)):
        worth = [shares * price for shares, price in zip(account.shares, prices)]
        latest = max((date for date in dates if date <= day), default=None)
        cause = None
        if at == 0:
            cause = "first"
        elif latest is not None and last < latest:
            cause = "scheduled"
        elif bands and looks[at] and breached(p, worth, account.total(prices), drift):
            cause = "drift"
        if cause and at > 0 and fails(options.failure_rate, options.seed, day):
            counts["failed"] += 1
        elif cause:
            before = account.orders
            trade(account, day, prices, edge and at > 0, drift)
            last = day
            if at > 0 and account.orders > before:
                counts[cause] += 1
        worth = [shares * price for shares, price in zip(account.shares, prices)]
        total = account.total(prices)
        if at > 0 and breached(p, worth, total, None):
            counts["out_of_band_days"] += 1
        values.append(D(total))
    return figures(account, days, D(initial), values, counts, name, drift, unit)


def figures(account, days, initial, values, counts, name, drift, unit):
    length = (days[-1] - days[0]).days
    steps = len(days) - 1
    year = 252 if steps * 2 >= length else max(1, int(D(steps * 365) / length + D("0.5")))
    changes = [after / before - 1 for before, after in zip(values, values[1:])]
    mean = sum(changes) / len(changes)
    peak, worst = initial, ZERO
    for value in values:
        peak = max(peak, value)
        worst = max(worst, 1 - value / peak)
    growth = values[-1] / initial
    variance = sum((change - mean) ** 2 for change in changes) / (steps - 1) if steps > 1 else None
    return {
        "policy": name,
        "threshold": drift and drift[1],
        "final_value": values[-1] * unit,
        "final_cash": D(account.cash) * unit,
        "total_return": growth - 1,
        "annual_return": growth ** (D(365) / length) - 1 if length >= 365 else None,
        "volatility": (variance * year).sqrt() if variance is not None else None,
        "max_drawdown": worst,
        "rebalances": counts["scheduled"] + counts["drift"],
        **counts,
        "orders": account.orders,
        "traded": D(account.traded) * unit,
        "costs": D(account.commission + account.slippage) * unit,
        "commission": D(account.commission) * unit,
        "slippage": D(account.slippage) * unit,
        "tax": D(account.tax) * unit,
        "out_of_band": D(counts["out_of_band_days"]) / steps,
    }


NAMES = ["never", "time", "threshold_absolute", "threshold_relative", "threshold_either", "hybrid", "band_edge"]


def options(args=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("prices")
    parser.add_argument("--whole-shares", action="store_true")
    parser.add_argument("--initial", default="100000000")
    parser.add_argument("--check", default="daily")
    parser.add_argument("--failure-rate", default=ZERO, type=D)
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--policy", action="append")
    return parser.parse_args(args)


def all_of(options):
    rows = []
    for chosen in options.policy or NAMES:
        name, _, given = chosen.partition("=")
        p = Portfolio(options.config)
        days, table = prices(options.prices, p.codes)
        rows.append(run(p, days, table, name, D(given) if given else None, options))
    return rows


def text(value):
    """A figure to fifteen places, more than is compared."""
    return str(value.quantize(D("1e-15")).normalize()) if isinstance(value, D) and value.adjusted() < 30 else value


if __name__ == "__main__":
    rows = [{key: text(value) for key, value in row.items()} for row in all_of(options())]
    print(json.dumps(rows, indent=1))
