"""Our orders beside those of PyPortfolioOpt, HiGHS and SCIP, on the same random questions, in one run.

    python benches/peers/compare.py                     the whole table: some minutes
    python benches/peers/compare.py --debug --sizes 5,8 --alone '' --count 3 --limit 5      what CI runs: seconds

docs/sizing-peers.md says what is compared and how to read it. Every answer, ours too, is judged here, exactly, by
the definition and from the shares alone; nobody's own word is taken for it. The exit code is 1 when ours breaks a rule,
or when anybody's answer that breaks none is better.
"""

import argparse
import json
import math
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import highspy
import pandas
import pypfopt
import pyscipopt

ROOT = Path(__file__).resolve().parent.parent.parent
# Of each solver's own: how far from the best an answer may be that it calls optimal.
TOLERANCE = 1e-6
# Yearly volatility of every asset and correlation of any two, to make one figure of many differences.
VOLATILITY, CORRELATION = 0.20, 0.50
# Won in the peers' unit of money.
UNIT = 1_000


@dataclass
class Question:
    """A portfolio as benches/peers/main.rs printed it, in integers."""

    line: dict

    def __post_init__(self):
        for key in ("denominator", "total", "cash", "reserve", "min_trade", "rates", "legs"):
            setattr(self, key, self.line[key])
        self.prices = [leg["price"] for leg in self.legs]
        self.held = [leg["held"] for leg in self.legs]

    def edges(self, leg):
        """The fewest and the most shares that lie inside the band, as if shares could be above one and below another."""
        unit = leg["price"] * self.denominator
        return -(-leg["min"] * self.total // unit), leg["max"] * self.total // unit

    def cost(self, amount):
        """Each rate is rounded up to a whole won for each order."""
        return sum(-(-amount * rate // 100_000) for rate in self.rates)

    def cash_after(self, shares):
        cash = self.cash
        for price, held, after in zip(self.prices, self.held, shares):
            cash -= price * (after - held) + self.cost(price * abs(after - held))
        return cash

    def broken(self, shares):
        """The rule that these shares break, or nothing."""
        for price, held, after in zip(self.prices, self.held, shares):
            if after < 0:
                return "short"
            if after not in (0, held) and price * abs(after - held) < self.min_trade:
                return "an order below the minimum"
        return "" if self.cash_after(shares) >= self.reserve else "cash below the reserve"

    def levels(self, shares):
        """Band violation and objective, times the square of the denominator, and cost."""
        outside = objective = cost = 0
        for leg, after in zip(self.legs, shares):
            value = leg["price"] * after * self.denominator
            low, high = leg["min"] * self.total, leg["max"] * self.total
            outside += max(low - value, value - high, 0) ** 2
            objective += (value - leg["target"] * self.total) ** 2
            cost += self.cost(leg["price"] * abs(after - leg["held"]))
        return outside, objective, cost

    def tracking_error(self, shares):
        """Yearly, in basis points, of what is held after the orders against the targets."""
        total = self.cash_after(shares) + sum(price * after for price, after in zip(self.prices, shares))
        away = [
            leg["price"] * after / total - leg["target"] / self.denominator for leg, after in zip(self.legs, shares)
        ]
        variance = (1 - CORRELATION) * sum(part**2 for part in away) + CORRELATION * sum(away) ** 2
        return VOLATILITY * math.sqrt(variance) * 10_000


@dataclass
class Answer:
    """Shares, the seconds they took, and whether the solver says that none are better by its own objective."""

    shares: list
    seconds: float
    proven: bool


def pypfopt_greedy(question, limit):
    return discrete_allocation(question, "greedy_portfolio")


def pypfopt_lp(question, limit):
    return discrete_allocation(question, "lp_portfolio")


def discrete_allocation(question, method):
    """PyPortfolioOpt knows prices, weights and cash, and neither holdings nor costs nor smallest orders."""
    codes = [f"{at:03}" for at in range(len(question.legs))]
    weights = {code: leg["target"] / question.denominator for code, leg in zip(codes, question.legs)}
    prices = pandas.Series({code: float(price) for code, price in zip(codes, question.prices)})
    start = time.perf_counter()
    allocation = pypfopt.DiscreteAllocation(weights, prices, question.total - question.reserve)
    bought, _ = getattr(allocation, method)()
    seconds = time.perf_counter() - start
    return Answer([int(bought.get(code, 0)) for code in codes], seconds, False)


class Scip:
    """SCIP, of the same form as ours: sums of squares."""

    def __init__(self):
        self.model = pyscipopt.Model()
        self.model.hideOutput()

    def integer(self, low, high):
        return self.model.addVar(vtype="I", lb=low, ub=high)

    def require(self, condition):
        self.model.addCons(condition)

    def size_of(self, part):
        """What a difference counts: its square, or more."""
        difference, square = self.model.addVar(lb=None), self.model.addVar()
        self.model.addCons(difference == part)
        self.model.addCons(square >= difference * difference)
        return square

    def excess_of(self, parts):
        """The same of the largest of several differences, none below zero."""
        excess, square = self.model.addVar(), self.model.addVar()
        for part in parts:
            self.model.addCons(excess >= part)
        self.model.addCons(square >= excess * excess)
        return square

    def least(self, total, shares, seconds):
        """The shares of which the total is least, or none; and whether that, or that there are none, is proven."""
        self.model.setParam("limits/time", seconds)
        self.model.setObjective(total, "minimize")
        self.model.optimize()
        proven = self.model.getStatus() in ("optimal", "infeasible")
        if self.model.getNSols() == 0:
            return None, proven
        best = self.model.getBestSol()
        return [round(self.model.getSolVal(best, after)) for after in shares], proven


class Highs:
    """HiGHS, of the linear form: sums of absolute deviations."""

    def __init__(self):
        self.model = highspy.Highs()
        self.model.silent()
        self.model.setOptionValue("mip_rel_gap", 0.0)

    def integer(self, low, high):
        return self.model.addIntegral(lb=low, ub=high)

    def require(self, condition):
        self.model.addConstr(condition)

    def size_of(self, part):
        return self.excess_of([part, -1 * part])

    def excess_of(self, parts):
        excess = self.model.addVariable()
        for part in parts:
            self.model.addConstr(excess >= part)
        return excess

    def least(self, total, shares, seconds):
        self.model.setOptionValue("time_limit", seconds)
        self.model.minimize(total)
        status, kind = self.model.getModelStatus(), highspy.HighsModelStatus
        proven = status in (kind.kOptimal, kind.kInfeasible)
        if self.model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, proven
        return [round(self.model.val(after)) for after in shares], proven


def scip(question, limit):
    return staged(Scip, question, limit)


def highs(question, limit):
    return staged(Highs, question, limit)


def staged(form, question, limit):
    """First inside all bands. If nothing is there: as little outside as can be, and then the best of what is."""
    start = time.perf_counter()

    def stage(model, total):
        left = max(limit - (time.perf_counter() - start), 0.1)
        return model.solver.least(total, model.shares, left)

    shares, proven = None, True
    inside = [question.edges(leg) for leg in question.legs]
    if all(low <= high for low, high in inside):
        model = Model(form(), question, inside)
        shares, proven = stage(model, model.deviation())
    if shares is None and proven:
        anywhere = [(0, question.total // price + held) for price, held in zip(question.prices, question.held)]
        model = Model(form(), question, anywhere)
        nearest, proven = stage(model, model.outside())
        if nearest is not None:
            model = Model(form(), question, anywhere)
            model.solver.require(model.outside() <= model.outside_of(nearest) * (1 + 1e-9))
            shares, also = stage(model, model.deviation())
            shares, proven = shares or nearest, proven and also
    return shares and Answer(shares, time.perf_counter() - start, proven)


class Model:
    """A question as variables and conditions. Shares are counted from their targets and money in thousands: the nearer
    the figures are to one, the less the solvers stumble over them."""

    def __init__(self, solver, question, ranges):
        self.solver, self.question, self.shares, self.values = solver, question, [], []
        cash = question.cash / UNIT
        for leg, (low, high) in zip(question.legs, ranges):
            price, held = leg["price"], leg["held"]
            least = max(-(-question.min_trade // price), 1)
            most_bought, most_sold = max(high - held, 0), max(held - low, 0)
            bought, sold = solver.integer(0, most_bought), solver.integer(0, most_sold)
            buys, sells = solver.integer(0, 1), solver.integer(0, 1)
            solver.require(buys + sells <= 1)
            solver.require(bought >= least * buys)
            solver.require(bought <= most_bought * buys)
            # A full exit may be smaller than the minimum.
            solver.require(sold >= min(least, held) * sells)
            solver.require(sold <= most_sold * sells)
            cash = cash - price / UNIT * bought + price / UNIT * sold
            for rate in question.rates:
                part = rate * price / 100_000
                charge = solver.integer(0, int(part * max(most_bought, most_sold)) + 1)
                solver.require(charge >= part * bought + part * sold)
                cash = cash - 1 / UNIT * charge
            target = leg["target"] * question.total // (price * question.denominator)
            after = solver.integer(low - target, high - target)
            solver.require(after == held - target + bought - sold)
            self.shares.append(after + target)
            self.values.append((after, price, target))
        solver.require(cash >= question.reserve / UNIT)

    def away(self, key, leg, value):
        """How far the value of an asset is above a weight of it."""
        after, price, target = value
        exact = price * target * self.question.denominator - leg[key] * self.question.total
        return price / UNIT * after + exact / self.question.denominator / UNIT

    def deviation(self):
        parts = zip(self.question.legs, self.values)
        return sum(self.solver.size_of(self.away("target", leg, value)) for leg, value in parts)

    def outside(self):
        parts = zip(self.question.legs, self.values)
        return sum(
            self.solver.excess_of([-1 * self.away("min", leg, value), self.away("max", leg, value)])
            for leg, value in parts
        )

    def outside_of(self, shares):
        """The same of given shares, as a number."""
        total = 0
        for leg, after in zip(self.question.legs, shares):
            value = (after, leg["price"], 0)
            part = max(-self.away("min", leg, value), self.away("max", leg, value), 0)
            total += part**2 if isinstance(self.solver, Scip) else part
        return total


SOLVERS = {
    "PyPortfolioOpt greedy": pypfopt_greedy,
    "PyPortfolioOpt lp": pypfopt_lp,
    "HiGHS": highs,
    "SCIP": scip,
}


def in_time(name, question, limit):
    """The answer of a solver in a process of its own, ended if it does not end itself; None if there is none."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(False)
    process = context.Process(target=alone, args=(SOLVERS[name], question, limit, sender))
    process.start()
    sender.close()
    try:
        answer = receiver.recv() if receiver.poll(limit + 5) else None
    except EOFError:
        answer = "it fell over"
    process.kill()
    process.join()
    if isinstance(answer, str):
        print(f"{where(question)} no answer of {name}: {answer}", file=sys.stderr)
        return None
    return answer


def alone(solver, question, limit, sender):
    """What the libraries of the solvers print past Python is not kept: SCIP says much that is of no use here."""
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    try:
        sender.send(solver(question, limit))
    except Exception as error:  # whatever a solver throws, it has no answer
        sender.send(repr(error))


def where(question):
    return f"{len(question.legs)} assets, question {question.line['number']}:"


def judged(question, name, answer, ours):
    """What is wrong with our answer, or with the comparison, by an answer of somebody else."""
    if question.broken(answer.shares):
        return
    theirs, best = question.levels(answer.shares), question.levels(ours.shares)
    if theirs < best:
        yield f"{where(question)} {name} is better: {theirs}, ours: {best}, with the shares {answer.shares}"
    near = (best[0] * (1 + TOLERANCE), best[1] * (1 + TOLERANCE))
    if name == "SCIP" and answer.proven and theirs[:2] > near:
        yield f"{where(question)} SCIP calls optimal what is not, so it was asked something else: {theirs}, ours: {best}"


def has_teeth(asked, ours):
    """Whether the comparison would see us stand still where somebody finds our orders."""
    held = [Answer(question.held, 0.0, False) for question in asked]
    return any(list(judged(*each)) for each in zip(asked, ["SCIP"] * len(asked), ours, held))


def our_answer(question):
    line = question.line
    return Answer([leg["shares"] for leg in question.legs], line["nanoseconds"] / 1e9, line["proven"])


def contradictions(question, ours):
    """What our answer says of itself, or does, and must not."""
    broken = question.broken(ours.shares)
    if broken:
        yield f"{where(question)} ours breaks a rule: {broken}"
    figures = question.levels(ours.shares)[:2]
    said = tuple(int(question.line[key]) for key in ("violation", "objective"))
    if said != figures:
        yield f"{where(question)} ours says {said} and is {figures}"
    bound = tuple(int(question.line[key]) for key in ("violation_bound", "bound"))
    if bound > said or (ours.proven and bound != said):
        yield f"{where(question)} ours has the bound {bound} and is {said}"


HEAD = ("assets", "solver", "answers", "rules kept", "proven", "median ms", "objective", "of ours", "error bp")
WIDTHS = (6, 21, 7, 10, 6, 9, 9, 8, 8)


def printed(cells):
    parts = [f"{cell:<{width}}" if at == 1 else f"{cell:>{width}}" for at, (cell, width) in enumerate(zip(cells, WIDTHS))]
    print("| " + " | ".join(parts) + " |", flush=True)


def row(size, name, asked, triples):
    """A line of the table: medians of what was answered, whether or not the answers keep the rules."""
    if not triples:
        return printed((size, name, f"0/{asked}", "", "", "", "", "", ""))
    kept = proven = 0
    figures = []
    for question, answer, ours in triples:
        kept += not question.broken(answer.shares)
        proven += answer.proven
        objective, least = question.levels(answer.shares)[1], question.levels(ours.shares)[1]
        ratio = objective / least if least else 1.0
        figures.append(
            (answer.seconds * 1e3, objective / question.denominator**2, ratio, question.tracking_error(answer.shares))
        )
    time_ms, objective, ratio, error = (statistics.median(column) for column in zip(*figures))
    cells = (f"{len(triples)}/{asked}", kept, proven, f"{time_ms:.3f}", f"{objective:.3e}", f"{ratio:.4f}", f"{error:.2f}")
    return printed((size, name, *cells))


def questions(arguments, size):
    command = ["cargo", "bench", "--quiet", "--locked", "--bench", "peers"]
    command += ["--profile", "dev"] if arguments.debug else []
    command += ["--", str(size), str(arguments.count), str(arguments.seed)]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Question(json.loads(line)) for line in out.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = lambda text: [int(part) for part in text.split(",") if part]
    parser.add_argument("--sizes", type=sizes, default=[5, 10, 20, 50])
    parser.add_argument("--alone", type=sizes, default=[200, 500], help="sizes at which only ours is asked")
    parser.add_argument("--count", type=int, default=20, help="questions of each size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=10, help="seconds for each peer and question")
    parser.add_argument("--debug", action="store_true", help="the debug build, which is there after `cargo test`")
    arguments = parser.parse_args()
    wrong = []
    printed(HEAD)
    print("|" + "|".join("-" * (width + 1) + ("-" if at == 1 else ":") for at, width in enumerate(WIDTHS)) + "|")
    for size in arguments.sizes + arguments.alone:
        asked = questions(arguments, size)
        ours = [our_answer(question) for question in asked]
        wrong += [fault for each in zip(asked, ours) for fault in contradictions(*each)]
        if not has_teeth(asked, ours):
            wrong.append(f"{size} assets: standing still would pass, so nothing was compared")
        row(size, "rebalance", len(asked), list(zip(asked, ours, ours)))
        for name in SOLVERS if size in arguments.sizes else ():
            answers = [in_time(name, question, arguments.limit) for question in asked]
            triples = [each for each in zip(asked, answers, ours) if each[1] is not None]
            for question, answer, our in triples:
                wrong += judged(question, name, answer, our)
            row(size, name, len(asked), triples)
            if name == "SCIP" and all(question.broken(answer.shares) for question, answer, _ in triples):
                wrong.append(f"{size} assets: no answer of SCIP keeps the rules, so nothing was compared")
    for fault in wrong:
        print("wrong:", fault, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
