#!/usr/bin/env python3
"""Holds the program to the slow loop.

    compare.py expected [--write]                          expected.json is what slow.py says of every case in cases.json
    compare.py program PROGRAM CONFIG PRICES [ARGUMENT…]   the program says of these files what slow.py says
"""
import json
import pathlib
import subprocess
import sys
from decimal import Decimal as D

import slow

HERE = pathlib.Path(__file__).parent
TOLERANCE = D("1e-9")


def told(config, prices, args):
    """What slow.py says, as text."""
    rows = slow.all_of(slow.options([str(config), str(prices), *args]))
    return [{key: slow.text(value) for key, value in row.items()} for row in rows]


def expected():
    cases = json.loads((HERE / "cases.json").read_text())
    for case in cases:
        files = HERE / "cases" / case["case"]
        case["policies"] = told(files / "portfolio_config.yaml", files / "prices.csv", case["args"])
    return json.dumps(cases, indent=1) + "\n"


def differences(ours, theirs):
    for row, wanted in zip(ours, theirs, strict=True):
        value = D(wanted["final_value"])
        for key, want in wanted.items():
            have = row[key]
            same = have == want
            if not same and want is not None and have is not None and key != "policy":
                # Cash is what is left of all: a difference of it is one of the whole.
                scale = value if key == "final_cash" else max(D(1), abs(D(want)))
                same = abs(D(have) - D(want)) <= TOLERANCE * scale
            if not same:
                yield f"{row['policy']}: {key} is {have}, and {want} by the slow loop"


def program(path, config, prices, *args):
    command = [path, "backtest", "--config", config, "--prices", prices, "--format", "json", *args]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if "--check" not in args:
        args = (*args, "--check", ours["check"])
    if "--initial" not in args:
        args = (*args, "--initial", ours["initial"])
    theirs = told(config, prices, args)
    wrong = list(differences(ours["policies"], theirs))
    figures = sum(len(row) for row in theirs)
    print(f"{prices}: {ours['days']} days, {len(ours['assets'])} assets, {' '.join(args)}: {figures} figures")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["expected", "--write"]:
            (HERE / "expected.json").write_text(expected())
        case ["expected"]:
            if (HERE / "expected.json").read_text() != expected():
                sys.exit("tests/backtest/expected.json is stale: tests/backtest/compare.py expected --write")
            print("expected.json is what the slow loop says")
        case ["program", path, config, prices, *args]:
            program(path, config, prices, *args)
        case _:
            sys.exit(__doc__)
