#!/usr/bin/env python3
"""Random walks as price files, the same at each run: nobody owns a random number.

    walk.py SEED DAYS START PRICES [long|gaps|cents|plain]    START is a date, PRICES are CODE:PRICE with commas between
"""
import datetime
import random
import sys


def main(seed, days, start, prices, shape="plain"):
    random.seed(int(seed))
    prices = {code: float(price) for code, price in (pair.split(":") for pair in prices.split(","))}
    places = 2 if shape in ("cents", "long") else 0
    day, rows = datetime.date.fromisoformat(start), []
    while len(rows) < int(days):
        # A few weekdays are closed, as they are everywhere.
        if day.weekday() < 5 and random.random() > 0.03:
            rows.append((day, {code: round(price, places) for code, price in prices.items()}))
            market = random.gauss(0, 0.007)
            for at, code in enumerate(prices):
                prices[code] = max(prices[code] * (1.0003 + market * (1 - at / 4) + random.gauss(0, 0.011)), 1)
        day += datetime.timedelta(days=1)
    if shape == "long":
        print("date,code,price")
        for code in prices:
            for day, row in rows:
                print(f"{day},{code},{row[code]:.{places}f}")
        return
    print(",".join(["date", *prices]))
    for number, (day, row) in enumerate(rows):
        cells = [f"{price:.{places}f}" for price in row.values()]
        if shape == "gaps" and number:
            cells = [f'"{int(cell):,}"' if random.random() < 0.2 else cell for cell in cells]
            cells = ["" if random.random() < 0.01 else cell for cell in cells]
        print(",".join([str(day), *cells]))


main(*sys.argv[1:])
