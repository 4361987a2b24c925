# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "holidays==0.109",
#   "exchange_calendars==4.13.2",
#   "pandas_market_calendars==5.5.0",
#   "QuantLib==1.44",
# ]
# ///
"""Makes src/calendar/*.txt, and checks them against three other packages.

    python docs/calendars.py            write the files
    python docs/calendars.py --check    write nothing; fail if a file is not what
                                        would be written, or if the packages
                                        disagree on a day EXPLAINED does not name

Needs PyPI, so CI does not run it. docs/calendars.md is the page to go with it.
"""

import hashlib
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import exchange_calendars
import holidays
import pandas_market_calendars
import QuantLib

ROOT = Path(__file__).resolve().parent.parent
FIRST, LAST = date(2010, 1, 1), date(2028, 12, 31)

# code, exchange, last day the exchange itself has announced when this was made
CALENDARS = [
    ("XKRX", "Korea Exchange", date(2026, 12, 31)),
    ("XNYS", "the New York Stock Exchange", date(2028, 12, 31)),
]

XC, MC, QL = "exchange_calendars", "pandas_market_calendars", "QuantLib"

# Days on which another package says "open" and we say "closed", and why we do.
EXPLAINED = {
    ("XKRX", date(2025, 6, 3)): ({QL}, "presidential election"),
    ("XKRX", date(2026, 6, 3)): ({XC, MC, QL}, "local elections"),
    ("XKRX", date(2026, 7, 17)): ({XC, MC, QL}, "Constitution Day, restored in 2026"),
    ("XKRX", date(2027, 5, 3)): ({XC, MC, QL}, "substitute for Labor Day"),
    ("XKRX", date(2027, 7, 19)): ({XC, MC, QL}, "substitute for Constitution Day"),
    ("XKRX", date(2028, 4, 12)): ({XC, MC, QL}, "National Assembly election"),
    ("XKRX", date(2028, 7, 17)): ({XC, MC, QL}, "Constitution Day, restored in 2026"),
}


def weekdays():
    days = (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
    return [day for day in days if day.weekday() < 5]


def closed_days(code):
    years = range(FIRST.year, LAST.year + 1)
    found = holidays.financial_holidays(code, years=years, language="en_US")
    return {day: found[day] for day in weekdays() if day in found}


def render(code, exchange, published):
    lines = [
        f"# Weekdays on which {exchange} is closed. Weekends are never listed.",
        f"# Source: PyPI package holidays {version('holidays')}, financial calendar {code}.",
        "# Made by docs/calendars.py; docs/calendars.md says what it was checked against",
        "# and what is assumed after the day named by `published`.",
        f"calendar: {code}",
        f"range: {FIRST} {LAST}",
        f"published: {published}",
        "",
    ]
    lines += [f"{day}  {name}" for day, name in closed_days(code).items()]
    return "\n".join(lines) + "\n"


def other_sessions(code):
    """What each of the other packages holds to be the sessions of the range."""
    theirs = exchange_calendars.get_calendar(code, start=str(FIRST), end=str(LAST))
    market = pandas_market_calendars.get_calendar({"XNYS": "NYSE"}.get(code, code))
    quant = {
        "XKRX": lambda: QuantLib.SouthKorea(QuantLib.SouthKorea.KRX),
        "XNYS": lambda: QuantLib.UnitedStates(QuantLib.UnitedStates.NYSE),
    }[code]()
    return {
        XC: {stamp.date() for stamp in theirs.sessions},
        MC: {stamp.date() for stamp in market.valid_days(str(FIRST), str(LAST))},
        QL: {
            day
            for day in weekdays()
            if quant.isBusinessDay(QuantLib.Date(day.day, day.month, day.year))
        },
    }


def disagreements(code):
    """Day -> names of the packages that say the opposite of what we say."""
    closed, found = closed_days(code), {}
    ours = {day for day in weekdays() if day not in closed}
    for name, theirs in other_sessions(code).items():
        for day in ours ^ theirs:
            found.setdefault((code, day), set()).add(name)
    return found


def fingerprint(code):
    """The same text and hash as `Calendar::fingerprint`."""
    lines = [code, str(FIRST), str(LAST), *map(str, closed_days(code))]
    return hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()


def check():
    faults, page = [], (ROOT / "docs/calendars.md").read_text()
    found = {}
    for code, exchange, published in CALENDARS:
        path = ROOT / "src/calendar" / f"{code.lower()}.txt"
        if path.read_text() != render(code, exchange, published):
            faults.append(f"{path} is not what {Path(__file__).name} writes")
        found |= disagreements(code)
    expected = {key: names for key, (names, _) in EXPLAINED.items()}
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            faults.append(f"{key[0]} {key[1]}: found {found.get(key)}, explained {expected.get(key)}")
    faults += [f"docs/calendars.md does not name {day}" for _, day in EXPLAINED if str(day) not in page]
    return faults


def report(code):
    closed = closed_days(code)
    counts = {}
    for day in weekdays():
        counts[day.year] = counts.get(day.year, 0) + (day not in closed)
    print(code, fingerprint(code))
    print("  " + " ".join(f"{year}:{count}" for year, count in counts.items()))


def main():
    if sys.argv[1:] == ["--check"]:
        faults = check()
    elif not sys.argv[1:]:
        faults = []
        for code, exchange, published in CALENDARS:
            path = ROOT / "src/calendar" / f"{code.lower()}.txt"
            path.write_text(render(code, exchange, published))
    else:
        sys.exit(__doc__)
    for code, _, _ in CALENDARS:
        report(code)
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
