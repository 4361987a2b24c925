#!/usr/bin/env python3
"""Holds the program to the slow loop on daily prices of real markets, and its readers of files to each other.

    real.py PROGRAM DIRECTORY

The prices are those of twenty American shares (1990 to 2022) and of five factor funds (2014 to 2022), which skfolio carries.
"""
import gzip
import importlib.util
import json
import pathlib
import subprocess
import sys
from decimal import Decimal

import pandas as pd

import compare
import fixtures

CONFIG = """portfolio:
  name: {name}
  base_currency: USD
  allocation:
    core:
      weight: 1
      assets:
{assets}  rebalancing:
    strategy: hybrid
    scheduled: {{ frequency: quarterly, months: [1, 4, 7, 10], day: first_business_day }}
    drift_trigger: {{ threshold: {threshold}, check_frequency: weekly }}
  costs: {{ etf_commission_rate: 0.0005, slippage_estimate: 0.001, etf_tax_rate: 0.15, cost_basis: fifo }}
"""


def data(name):
    package = importlib.util.find_spec("skfolio").submodule_search_locations[0]
    return gzip.decompress((pathlib.Path(package) / "datasets/data" / name).read_bytes()).decode()


def config(directory, name, weights, threshold):
    row = "        - {{ ticker: '{0}', code: '{0}', target: {1}, min: {2}, max: {3} }}\n"
    weight = {code: Decimal(text) for code, text in weights.items()}
    assets = "".join(row.format(code, w, w * Decimal("0.75"), w * Decimal("1.25")) for code, w in weight.items())
    file = directory / f"{name}.yaml"
    file.write_text(CONFIG.format(name=name, assets=assets, threshold=threshold))
    return file


def told(program, config, prices, *args):
    command = [program, "backtest", "--config", config, "--prices", prices, "--format", "json", *args]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{prices}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def every_file(program, directory, config, text):
    """The same prices in every kind of file are the same."""
    csv = directory / "wide.csv"
    csv.write_text(text)
    frame = pd.read_csv(csv, index_col="Date", parse_dates=True)
    long = frame.melt(ignore_index=False, var_name="code", value_name="price").reset_index()
    long.rename(columns={"Date": "date"}).to_csv(directory / "long.csv", index=False)
    wanted = told(program, config, csv)
    frame.to_parquet(directory / "wide.parquet")
    frame.to_parquet(directory / "wide-zstd.parquet", compression="zstd")
    long.rename(columns={"Date": "date"}).to_parquet(directory / "long.parquet", index=False)
    files = ["long.csv", "wide.parquet", "wide-zstd.parquet", "long.parquet"]
    for name in files:
        if told(program, config, directory / name)["policies"] != wanted["policies"]:
            sys.exit(f"{name} says something else than wide.csv")
    print(f"{', '.join(files)} say what wide.csv says")


def every_way(program, directory):
    """Every way in which this pyarrow writes the history of fixtures.py says what its CSV says."""
    fixtures.main(directory)
    good = directory / "good"
    two = config(directory, "two", {"069500": "0.5", "360750": "0.5"}, "0.05")
    csv = told(program, two, good / "prices.csv")["policies"]
    files = sorted(good.glob("*.parquet"))
    for file in files:
        if told(program, two, file)["policies"] != csv:
            sys.exit(f"{file} says something else than prices.csv")
    for file in sorted((directory / "bad").glob("*.parquet")):
        command = [program, "backtest", "--config", two, "--prices", file]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 1 or "help: " not in done.stdout or done.stderr:
            sys.exit(f"{file}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    print(f"{len(files)} files in Parquet say what their CSV says")


def main(program, directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    text = data("sp500_dataset.csv.gz")
    header, *rows = text.splitlines()
    shares = directory / "shares.csv"
    # Twenty years: the slow loop is slow.
    shares.write_text("\n".join([header, *rows[-5_040:]]) + "\n")
    ten = ["BAC", "CVX", "GE", "HD", "JNJ", "JPM", "KO", "PG", "WMT", "XOM"]
    ten = config(directory, "ten", dict.fromkeys(ten, "0.1"), "0.02")
    for args in [("--check", "daily"), ("--failure-rate", "0.05", "--seed", "7")]:
        compare.program(program, str(ten), str(shares), *args)
    funds = directory / "funds.csv"
    funds.write_text(data("factors_dataset.csv.gz"))
    three = config(directory, "three", {"MTUM": "0.4", "QUAL": "0.4", "USMV": "0.2"}, "0.03")
    for args in [(), ("--failure-rate", "0.2", "--seed", "7", "--check", "monthly")]:
        compare.program(program, str(three), str(funds), "--whole-shares", "--initial", "10000", *args)
    every_file(program, directory, ten, text)
    every_way(program, directory / "parquet")


main(*sys.argv[1:])
