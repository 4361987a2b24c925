"""Partitions of accounts through `rebalance plan --batch` by the real PySpark: the lines of one process, or a clear failure.

    python partitions.py PROGRAM

The functions under test are those of docs/spark.md, taken from the page.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

program = os.path.abspath(sys.argv[1])
os.environ["PATH"] = os.pathsep.join([os.path.dirname(program), os.environ["PATH"]])
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
root = pathlib.Path(__file__).resolve().parents[2]

from pyspark.sql import SparkSession  # noqa: E402

spark = (
    SparkSession.builder.master("local[2]")
    .appName("rebalance")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .getOrCreate()
)
context = spark.sparkContext
context.setLogLevel("OFF")


def page(name):
    """The first block of the page that has this in it, without the line that reads a file."""
    blocks = re.findall(r"```python\n(.*?)```", (root / "docs/spark.md").read_text("utf-8"), re.S)
    block = next(block for block in blocks if name in block)
    return "\n".join(line for line in block.splitlines() if not line.startswith(("plans = ", "answers = ")))


names = {"subprocess": subprocess}
exec(compile(page("def plan("), "docs/spark.md", "exec"), names)  # the page is ours
plan = names["plan"]
PIPE = re.search(r'accounts\.pipe\("([^"]+)", env=dict\(os\.environ\), checkCode=True\)', (root / "docs/spark.md").read_text("utf-8")).group(1)
HOW = {"env": dict(os.environ), "checkCode": True}

CONFIG = {
    "portfolio": {
        "name": "Batch",
        "base_currency": "KRW",
        "allocation": {
            "all": {
                "weight": 1,
                "assets": [
                    {"ticker": "KODEX 200 코스피", "code": "069500", "target": 0.6, "min": 0.5, "max": 0.7},
                    {"ticker": "TIGER US S&P500", "code": "360750", "target": 0.4, "min": 0.3, "max": 0.5},
                ],
            }
        },
        "rebalancing": {
            "strategy": "threshold",
            "drift_trigger": {"threshold": 0.05},
            "constraints": {"min_trade_amount": 100000},
        },
        "costs": {"etf_commission_rate": 0.00015, "slippage_estimate": 0.001},
    }
}


def account(i):
    holdings = {
        "as_of": "2026-03-04",
        "cash": {"KRW": 1_000_000 + 1_000 * i},
        "positions": [
            {"code": "069500", "quantity": i % 50, "price": 35_555},
            {"code": "360750", "quantity": (7 * i) % 90, "price": 16_800},
        ],
    }
    return json.dumps({"id": f"계좌-{i}", "config": CONFIG, "holdings": holdings}, ensure_ascii=False)


def alone(lines):
    """The answers of one process, and its exit code."""
    text = "".join(line + "\n" for line in lines)
    run = subprocess.run([program, "plan", "--batch", "--quiet"], input=text, capture_output=True, encoding="utf-8")
    return run.stdout.splitlines(), run.returncode


def fails(action):
    try:
        action()
    except Exception as error:  # what a job raises is of several classes
        return str(error)
    raise SystemExit("a partition with bad lines passed")


good = [account(i) for i in range(300)]
expected, code = alone(good)
assert code == 0 and len(expected) == len(good), code
orders = sum(len(json.loads(line)["plan"]["body"]["orders"]) for line in expected)
assert orders > 300, orders

for partitions in (1, 4, 7):
    accounts = context.parallelize(good, partitions)
    assert accounts.mapPartitions(plan).collect() == expected, f"mapPartitions, {partitions}"
    assert accounts.pipe(PIPE, **HOW).collect() == expected, f"pipe, {partitions}"
# Empty partitions, and a filter that empties some.
few = context.parallelize(good[:3], 8)
assert few.mapPartitions(plan).collect() == expected[:3]
assert few.pipe(PIPE, **HOW).collect() == expected[:3]

# Bad lines: no JSON, no account, a weight that does not fit. They are answered in their places.
bad = list(good)
bad[17] = "not json"
bad[140] = json.dumps({"id": "no-account"})
bad[141] = account(141).replace('"target": 0.6', '"target": 0.61')
answered, code = alone(bad)
assert code == 1 and len(answered) == len(bad)
names["plans"] = context.parallelize(bad, 4).mapPartitions(plan)
assert names["plans"].collect() == answered
answers = names["answers"] = names["plans"].map(json.loads).cache()
exec(compile(page("refused ="), "docs/spark.md", "exec"), names)
refused = [answer["error"] for answer in names["refused"].collect()]
assert [error["kind"] for error in refused] == ["line", "line", "config"], refused
assert all(error["message"] and (error["help"] or error["findings"]) for error in refused), refused
assert names["good"].count() == len(good) - 3

# Or the job fails: by `pipe`, and by the function when it is told to.
piped = fails(lambda: context.parallelize(bad, 4).pipe(PIPE, **HOW).collect())
assert "exit" in piped.lower() or "code 1" in piped.lower(), piped
names["PLAN"] = [word for word in names["PLAN"] if word != "--quiet"]
strict = page("def plan(").replace("not in (0, 1)", "!= 0").replace(', "--quiet"', "")
exec(compile(strict, "docs/spark.md", "exec"), names)
told = fails(lambda: context.parallelize(bad, 4).mapPartitions(names["plan"]).collect())
# Whichever partition is first: the first has a bad line, and the second.
assert "rebalance ended with 1" in told and re.search(r"line (18|66):", told), told
# A program that cannot be run is a failure, too.
names["PLAN"] = ["rebalance-that-is-not-there"]
missing = fails(lambda: context.parallelize(good[:2], 1).mapPartitions(names["plan"]).collect())
assert "rebalance-that-is-not-there" in missing, missing

spark.stop()
print(f"spark: {len(good)} accounts and {orders} orders in 1, 4 and 7 partitions are the lines of one process")
