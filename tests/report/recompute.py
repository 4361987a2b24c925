"""Reckons every figure of a report again, from the files it was made from.

    python3 recompute.py DIRECTORY NOW

NOW is when the report was made, RFC 3339. The directory has report.json beside the config, the holdings, the log, valuations.csv and cash_flows.csv, in a git
repository. It shares nothing with the program: positions go forward from what the log says was held, returns are
fractions, rates are found with real exponents. Only the standard library is used. It ends with 1 at the first figure that
differs, and otherwise says how many agree.
"""

import csv
import datetime
import decimal
import fractions
import functools
import json
import pathlib
import re
import subprocess
import sys

decimal.getcontext().prec = 40
Decimal, Fraction, Date = decimal.Decimal, fractions.Fraction, datetime.date
NEAR = Fraction(1, 10**9)
ZONE = datetime.timezone(datetime.timedelta(hours=9))  # the sample is Korean
WINDOW = 7 * 86400

here = pathlib.Path(sys.argv[1])
today = datetime.datetime.fromisoformat(sys.argv[2]).astimezone(ZONE).date()
report = json.loads((here / "report.json").read_text())
agreed = 0


def same(what, found, expected):
    """A figure, a text or a list that has to be as expected."""
    global agreed
    if isinstance(expected, Fraction):
        if found is None or abs(Fraction(found) - expected) > NEAR:
            sys.exit(f"{what}: the report says {found}, reckoned again it is {float(expected)}")
    elif found != expected:
        sys.exit(f"{what}: the report says {found!r}, reckoned again it is {expected!r}")
    agreed += 1


def day_of(text, fallback):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(ZONE).date()
    except ValueError:
        return fallback


def allocation(text):
    """The assets of a config and its sleeves, by its lines."""
    assets, sleeves, code, sleeve = {}, {}, None, None
    for line in text.splitlines():
        line = line.split(" #")[0].rstrip()
        if found := re.fullmatch(r"    (\w+):", line):
            sleeve = found[1]
        if found := re.fullmatch(r"      weight: (.*)", line):
            sleeves[sleeve] = Fraction(found[1])
        if found := re.match(r" +(?:- )?ticker: '(.*)'", line):
            ticker = found[1]
        if found := re.match(r" +(?:- )?code: '(.*)'", line):
            code = found[1]
            assets[code] = {"ticker": ticker, "sleeve": sleeve, "currency": "KRW"}
        if code and (found := re.match(r" +(target|min|max): ([0-9.]+)", line)):
            assets[code][found[1]] = Fraction(found[2])
        if code and (found := re.match(r" +currency: (\w+)", line)):
            assets[code]["currency"] = found[1]
        if line.startswith("  rebalancing:"):
            break
    return assets, sleeves


def protected(text):
    """What the cooldown protects of it."""
    assets, sleeves = allocation(text)
    return {code: (a["sleeve"], a["target"], a["min"], a["max"]) for code, a in assets.items()}, sleeves


config = (here / "portfolio_config.yaml").read_text()
assets, _ = allocation(config)
found = re.search(r"benchmarks: \[(.*)\]", config)
benchmarks = [name.strip(" '") for name in found[1].split(",")] if found else []
log_file = here / "rebalance_log.jsonl"
log = [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in log_file.read_text().splitlines()] if log_file.exists() else []
prices = {}
with open(here / "valuations.csv", newline="") as file:
    for row in csv.DictReader(file):
        prices.setdefault(Date.fromisoformat(row["date"]), {})[row["code"]] = Fraction(row["price"])
entries = []
if (here / "cash_flows.csv").exists():
    with open(here / "cash_flows.csv", newline="") as file:
        for row in csv.DictReader(file):
            sign = -1 if row["kind"] in ("withdrawal", "fee", "tax") else 1
            entries.append((Date.fromisoformat(row["date"]), row["kind"], row["currency"], sign * Fraction(row["amount"])))

# The period.
year, number = int(report["quarter"][:4]), int(report["quarter"][5])
first = Date(year, 3 * number - 2, 1)
last = (Date(year + number // 4, 3 * number % 12 + 1, 1)) - datetime.timedelta(1)
same("from", report["from"], str(first))
to = min(last, today)
same("to", report["to"], str(to))
same("ended", report["ended"], last < today)


# What was executed.
def executed(record):
    day = Date.fromisoformat(record["date"])
    return min([day_of(fill["at"], day) for fill in record.get("fills", [])] or [day])


def silent(record):
    """Whether a record says nothing of shares: another program wrote it."""
    return bool(record["trades"]) and not record.get("fills")


def rate(thing):
    return Fraction(thing.get("fx_rate", 1))


def costs(record):
    if silent(record):
        nothing = dict.fromkeys(("commission", "slippage", "tax", "conversion"))
        return nothing | {"commission": Fraction(record["total_commission"])}, nothing
    plan = {one["order"]: one for one in record["estimates"]}
    part = {one["order"]: Fraction(one["executed"]) / Fraction(one["planned"]) for one in record.get("unfilled", [])}
    actual = {"commission": Fraction(0), "slippage": Fraction(0), "tax": Fraction(0)}
    for fill in record["fills"]:
        sign = 1 if fill["side"] == "buy" else -1
        worse = sign * (Fraction(fill["amount"]) - Fraction(plan[fill["order"]]["price"]) * Fraction(fill["quantity"]))
        actual["commission"] += Fraction(fill["commission"]) * rate(fill)
        actual["slippage"] += (Fraction(fill["slippage"]) + worse) * rate(fill)
        actual["tax"] += Fraction(fill["tax"]) * rate(fill)
    actual["conversion"] = sum((Fraction(one["cost"]) for one in record.get("conversions", [])), Fraction(0))
    estimate = {kind: sum((Fraction(one[kind]) * rate(one) * part.get(one["order"], 1) for one in plan.values()), Fraction(0)) for kind in list(actual)[:3]}
    estimate["conversion"] = actual["conversion"]  # done as planned
    return actual, estimate


def compare_costs(what, found, actual, estimate):
    for kind in actual:
        same(f"{what} {kind}", found[kind]["actual"], actual[kind])
        same(f"{what} {kind} estimated", found[kind]["estimate"], estimate[kind])
    same(f"{what} in all", found["total"]["actual"], together(actual.values()))
    same(f"{what} in all, estimated", found["total"]["estimate"], together(estimate.values()))


def together(figures):
    """The sum of the figures that there are; none where there are none."""
    known = [one for one in figures if one is not None]
    return sum(known, Fraction(0)) if known else None


within = [record for record in log if first <= executed(record) <= to]
same("executions", len(report["executions"]), len(within))
spent, turnover, all_traded = [], Fraction(0), Fraction(0)
for found, record in zip(report["executions"], within):
    name = found["day"]
    same("day", name, str(executed(record)))
    for field, key in (("planned", "date"), ("trigger", "trigger"), ("reason", "notes"), ("plan_id", "plan_id")):
        same(f"{name} {field}", found[field], record.get(key))
    same(f"{name} value", found["value"], Fraction(record["total_portfolio_value"]))
    fills = record.get("fills", [])
    traded = sum((Fraction(fill["amount"]) * rate(fill) for fill in fills), Fraction(0))
    traded = Fraction(record["total_trade_amount"]) if silent(record) else traded
    all_traded += traded
    same(f"{name} traded", found["traded"], traded)
    half = traded / 2 / Fraction(record["total_portfolio_value"])
    same(f"{name} turnover", found["turnover"], half)
    turnover += half
    same(f"{name} filled", found["filled"], len(fills) or len(record["trades"]))
    same(f"{name} estimated", found["estimated"], any(fill.get("estimated") for fill in fills))
    same(f"{name} left alone", found["left_alone"], record.get("left_alone", []))
    unfilled = [(one["order"], Fraction(one["planned"]), Fraction(one["executed"])) for one in record.get("unfilled", [])]
    told = [(one["order"], Fraction(one["planned"]), Fraction(one["executed"])) for one in found["unfilled"]]
    same(f"{name} unfilled", told, unfilled)
    flow = record.get("cash_flow")
    same(f"{name} cash flow", found["cash_flow"] and Fraction(found["cash_flow"]), flow and Fraction(flow))
    actual, estimate = costs(record)
    compare_costs(name, found["costs"], actual, estimate)
    spent.append((actual, estimate))
    for drift in found["drift"]:
        for when, key in (("before", "pre_drift"), ("after", "post_drift")):
            same(f"{name} {drift['asset']} {when}", drift[when], Fraction(record[key][drift["asset"]]))
    same(f"{name} drifts", len(found["drift"]), len(record["pre_drift"]))
KINDS = ("commission", "slippage", "tax", "conversion")
all_actual = {kind: together(one[kind] for one, _ in spent) if spent else Fraction(0) for kind in KINDS}
all_estimate = {kind: None if any(one[kind] is None for _, one in spent) else sum((one[kind] for _, one in spent), Fraction(0)) for kind in KINDS}
compare_costs("all", report["costs"], all_actual, all_estimate)
same("all executions", report["executions_untold"], None)
same("turnover", report["turnover"], turnover)


# What was held, forward from what the log says.
@functools.cache
def held(day):
    """Shares and cash at the end of a day."""
    text = (here / "holdings.yaml").read_text()
    telling = [record for record in log if "held" in record]
    if telling:
        before = [record for record in telling if executed(record) <= day]
        shares, cash, begun = dict(telling[0]["held"]["shares"]), dict(telling[0]["held"]["cash"]), executed(telling[0])
        shares = {code: Fraction(one) for code, one in shares.items()}
        cash = {word: Fraction(one) for word, one in cash.items()}
        for record in before:
            for fill in record["fills"]:
                if day_of(fill["at"], Date.fromisoformat(record["date"])) > day:
                    continue
                sign = 1 if fill["side"] == "buy" else -1
                shares[fill["code"]] = shares.get(fill["code"], Fraction(0)) + sign * Fraction(fill["quantity"])
                word = fill.get("currency", "KRW")
                spent = sign * Fraction(fill["amount"]) + sum(Fraction(fill[kind]) for kind in ("commission", "slippage", "tax"))
                cash[word] = cash.get(word, Fraction(0)) - spent
            for one in record.get("conversions", []):
                cash[one["from"]] = cash.get(one["from"], Fraction(0)) - Fraction(one["amount"])
                cash[one["to"]] = cash.get(one["to"], Fraction(0)) + Fraction(one["received"])
            if "cash_flow" in record:
                word = record.get("cash_flow_currency", "KRW")
                cash[word] = cash.get(word, Fraction(0)) + Fraction(record["cash_flow"])
        for moved, _, word, change in entries:
            if begun < moved <= day:
                cash[word] = cash.get(word, Fraction(0)) + change
            if day < moved <= begun:
                cash[word] = cash.get(word, Fraction(0)) - change
        return shares, cash
    shares = {code: Fraction(count) for code, count in re.findall(r"code: '(\w+)'.*\n    quantity: ([0-9.]+)", text)}
    cash = {word: Fraction(one) for word, one in re.findall(r"([A-Z]{3}): ([0-9.]+)", re.search(r"cash: \{(.*)\}", text)[1])}
    return shares, cash


def worth(day, word):
    return Fraction(1) if word == "KRW" else prices[day][f"{word}/KRW"]


@functools.cache
def values(day):
    """The worth of each asset, and of cash; none where a price is missing."""
    shares, cash = held(day)
    try:
        parts = {code: count * prices[day][code] * worth(day, assets[code]["currency"]) for code, count in shares.items() if count}
        return parts, sum(one * worth(day, word) for word, one in cash.items() if one)
    except KeyError:
        return None


def xirr(flows):
    """The yearly rate at which flows come to nothing, by halving, with real exponents."""
    start = min(day for day, _ in flows)
    parts = [((day - start).days, Decimal(flow.numerator) / Decimal(flow.denominator)) for day, flow in flows]

    def left(growth):
        return sum(flow * growth ** (Decimal(-days) / 365) for days, flow in parts)

    low, high = Decimal("0.000001"), Decimal(10) ** 9
    below = left(low) < 0
    for _ in range(125):
        middle = (low * high).sqrt()
        low, high = (middle, high) if (left(middle) < 0) == below else (low, middle)
    return low


def compare_rate(what, found, flows, days):
    growth = xirr(flows)
    same(f"{what} XIRR", found["xirr"], Fraction(growth - 1))
    same(f"{what} over the period", found["period"], Fraction(growth ** (Decimal(days) / 365) - 1))


opening = first - datetime.timedelta(10)
asked = [day for day in sorted(prices) if opening <= day <= to]
days = [day for day in asked if values(day)]
before = [day for day in days if day < first]
days = [day for day in days if day >= (before[-1] if before else opening)]
returns = report["returns"]
if not days or days[-1] < first or any(silent(record) and executed(record) > days[0] for record in log):
    same("returns", returns, None)
else:
    start, end = days[0], days[-1]
    told = sum("held" in record and executed(record) > start for record in log)
    earlier = [record for record in log if executed(record) <= start]
    same("compared", returns["compared"], told or int(bool(earlier) and "held" in earlier[-1]))
    lacking = []
    for day in asked:
        shares, cash = held(day)
        codes = sorted(code for code, count in shares.items() if count)
        missing = [code for code in codes if code not in prices[day]]
        words = {assets[code]["currency"] for code in codes} | {word for word, one in cash.items() if one}
        missing += sorted(f"{word}/KRW" for word in words if word != "KRW" and f"{word}/KRW" not in prices[day])
        tried = start >= first or day > start
        if tried and missing and any(code in prices[day] for code in codes):
            lacking.append((str(day), missing, day > end or day < max(start, first)))
    same("unvalued", [(one["day"], one["missing"], one["moved"]) for one in returns["unvalued"]], lacking)
    same("start", returns["from"], str(start))
    same("end", returns["to"], str(end))
    external = [(day, word, change) for day, kind, word, change in entries if kind in ("deposit", "withdrawal")]
    external += [(executed(r), r.get("cash_flow_currency", "KRW"), Fraction(r["cash_flow"])) for r in log if "cash_flow" in r]
    flow = {day: Fraction(0) for day in days}
    for day, word, change in external:
        if start < day <= end:
            flow[day] += change * worth(day, word)
    total = {day: sum(values(day)[0].values()) + values(day)[1] for day in days}
    same("days", [one["day"] for one in returns["values"]], [str(day) for day in days])
    for one, day in zip(returns["values"], days):
        same(f"value on {day}", one["value"], total[day])
        same(f"flow on {day}", one["flow"], flow[day])
    same("opening", returns["opening"], total[start])
    same("closing", returns["closing"], total[end])
    net = sum(flow.values())
    same("net flow", returns["net_flow"], net)
    same("gain", returns["gain"], total[end] - total[start] - net)
    # Only between the days with flows: the days between cancel out.
    grown, base = Fraction(1), start
    for day in days[1:]:
        if flow[day] or day == end:
            grown *= (total[day] - flow[day]) / total[base]
            base = day
    same("time-weighted", returns["time_weighted"], grown - 1)
    flows = [(start, total[start])] + [(day, flow[day]) for day in days[1:] if flow[day]]
    compare_rate("portfolio", returns["money_weighted"], flows + [(end, -total[end])], (end - start).days)

    def price(name, day):
        known = [one for one in sorted(prices) if day - datetime.timedelta(7) <= one <= day and name in prices[one]]
        return (known[-1], prices[known[-1]][name]) if known else None

    same("benchmarks", [one["name"] for one in report["benchmarks"]], benchmarks)
    for found in report["benchmarks"]:
        name, ends = found["name"], (price(found["name"], start), price(found["name"], end))
        same(f"{name} ticker", found["ticker"], assets.get(name, {}).get("ticker"))
        if None in ends:
            same(f"{name} returned", found["returned"], None)
            continue
        same(f"{name} days", (found["from"], found["to"]), (str(ends[0][0]), str(ends[1][0])))
        returned = ends[1][1] / ends[0][1] - 1
        same(f"{name} returned", found["returned"], returned)
        same(f"ahead of {name}", found["ahead"], grown - 1 - returned)
        left = sum(change * ends[1][1] / price(name, day)[1] for day, change in flows)
        compare_rate(name, found["money_weighted"], flows + [(end, -left)], (end - start).days)


# What git says.
def git(*args):
    return subprocess.run(["git", "-C", here, *args], capture_output=True, text=True, check=True).stdout


events, stood = [], []
for line in git("log", "--first-parent", "--reverse", "--format=%H %ct").splitlines():
    commit, time = line.split()
    text = git("show", f"{commit}:portfolio_config.yaml")
    now = protected(text)
    if stood and now != stood[-1][1]:
        events.append((commit, int(time), stood[-1][1], now))
    if not stood or now != stood[-1][1]:
        stood.append((int(time), now))


def local(time):
    return datetime.datetime.fromtimestamp(time, ZONE).date()


changes = [event for event in events if first <= local(event[1]) <= to]
same("changes", [one["commit"] for one in report["changes"]], [event[0] for event in reversed(changes)])
for found, (commit, time, _, now) in zip(report["changes"], reversed(changes)):
    lately = [event for event in events if time - WINDOW < event[1] < time]
    restored = lately and now == lately[0][2]
    message = git("log", "-1", "--format=%B", commit)
    override = re.search(r"^Cooldown-Override: (.*)$", message, re.M)
    kept = not lately or bool(restored)
    same(f"{commit} kept", found["cooldown"]["kept"], kept)
    if not kept:
        same(f"{commit} verdict", found["cooldown"]["verdict"], "overridden" if override else "broken")
    same(f"{commit} override", found["override"], override and override[1])
    reason = re.search(r"^Reason: (.*)$", message, re.M)
    if reason:
        same(f"{commit} reason", found["reason"], reason[1])

# The weights, in the bands that stood.
if returns is not None:
    same("weights", [one["code"] for one in report["weights"]], sorted(assets))
    for found in report["weights"]:
        code, outside = found["code"], 0
        same(f"{code} ticker", found["ticker"], assets[code]["ticker"])
        same(f"{code} days", [one["day"] for one in found["days"]], [str(day) for day in days])
        for one, day in zip(found["days"], days):
            weight = values(day)[0].get(code, Fraction(0)) / total[day]
            same(f"{code} on {day}", one["weight"], weight)
            in_force = [now for time, now in stood if local(time) <= day] or [stood[0][1]]
            _, target, low, high = in_force[-1][0][code]
            same(f"{code} band on {day}", (Fraction(one["min"]), Fraction(one["max"])), (low, high))
            outside += weight < low or weight > high
        same(f"{code} out of band", found["out_of_band_days"], outside)
        same(f"{code} target", found["target"], target)



# The answers of the checklist have the figures that were reckoned here.
def rounded(figure, places=2):
    """Half away from zero, as percentages and points are."""
    figure = Decimal(figure.numerator) / Decimal(figure.denominator)
    return figure.quantize(Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP)


def points(figure):
    figure = rounded(figure * 100)
    return f"{figure:+}" if figure else "0.00"


def percent(figure):
    return f"{rounded(figure * 100)} %"


def won(figure):
    figure = (Decimal(figure.numerator) / Decimal(figure.denominator)).quantize(Decimal(1), decimal.ROUND_HALF_EVEN)
    return f"{figure or 0:,}"


def logged(figure):
    """A drift as the log has it."""
    return f"{figure.normalize():+f}" if figure else "0.00"


def plural(number, noun):
    return f"{number} {noun}" + "s" * (number != 1)


def answered(what, *texts):
    """An answer has to have these texts."""
    for text in texts:
        same(f"{what}: {text!r} is answered", text in answers[what] or answers[what], True)


answers = {one["item"]: " / ".join(one["answer"]) for one in report["checklist"]}
same("items", len(answers), 6)
counting, spending, drifting, returning, judging, changing = answers
triggers = [record["trigger"] for record in within]
answered(counting, plural(len(within), "execution") if within else "No executions")
answered(counting, *(f"{triggers.count(word)} {word}" for word in set(triggers) - {"drift"}))
total, expected = together(all_actual.values()), together(all_estimate.values())
answered(spending, f"{won(total)} KRW: commission {won(all_actual['commission'])}, slippage ")
answered(spending, *(f"{kind} {'–' if all_actual[kind] is None else won(all_actual[kind])}" for kind in KINDS[:3]))
if within and expected is not None:
    difference = total - expected
    answered(spending, f"estimated {won(expected)}, so {'+' if difference >= 1 else ''}{won(difference)}")
if all_traded:
    answered(spending, f"{percent(total / all_traded)} of {won(all_traded)} traded; turnover {percent(turnover)}")
for record in within:
    # Of the names in their order, the last one of the largest.
    largest = {key: max(sorted(record[key].items()), key=lambda one: (abs(one[1]), one[0])) for key in ("pre_drift", "post_drift")}
    (name, one), (other, after) = largest["pre_drift"], largest["post_drift"]
    answered(drifting, f"{executed(record)}: largest {logged(one)} ({name}) -> {logged(after)} ({other})")
if returns is not None and len(days) > 1:
    answered(returning, f"portfolio {start} to {end}: {points(grown - 1)} % time-weighted, ")
    for found in report["benchmarks"]:
        if found["returned"] is not None:
            one = Fraction(found["returned"])
            answered(returning, f"{found['name']}", f" {points(one)} %, the portfolio {points(grown - 1 - one)} points")
if returns is not None:
    ends = [(one["ticker"], Fraction(one["days"][-1]["weight"]) - Fraction(one["target"])) for one in report["weights"]]
    name, furthest = max(ends, key=lambda one: abs(one[1]))
    answered(judging, f"on {end} furthest from its target: {name}, {points(furthest)} points")
    for one in report["weights"]:
        out, of = one["out_of_band_days"], len(days)
        text = f"{one['ticker']} was outside its band on {out} of {of} valued days ({percent(Fraction(out, of))})"
        same(f"{one['code']} out of band is answered", text in answers[judging], out > 0)
answered(changing, plural(len(changes), "change") if changes else "no change of the allocation")
print(f"{agreed} figures agree")
