"""python-kis, a client of other authors, against the simulator: what its models make of every answer. Run by clients.rs."""

import os
from datetime import date
from decimal import Decimal

import pykis.kis
from pykis import PyKis

key, secret, url, account = (os.environ[name] for name in ("KEY", "SECRET", "URL", "ACCOUNT"))
pykis.kis.REAL_DOMAIN = pykis.kis.VIRTUAL_DOMAIN = url
kis = PyKis(id="canary", account=account, appkey=key, secretkey=secret, use_websocket=False, keep_token=False)
mine = kis.account()
# The simulator's day.
day = date(2026, 3, 4)

held = {stock.symbol: stock.qty for stock in mine.balance(country="KR").stocks}
assert held == {"069500": 10, "360750": 250}, held

# It reads what could be bought on a receivable.
amount = mine.orderable_amount(market="KRX", symbol="069500", price=Decimal(35700))
assert amount.quantity == 56, amount

order = mine.buy(market="KRX", symbol="069500", price=Decimal(35700), qty=Decimal(3))
assert (order.number, order.branch) == ("0000085100", "03930"), order
(done,) = mine.daily_orders(start=day, end=day, country="KR").orders
assert (done.number, done.type, done.qty, done.executed_qty, done.rejected) == (order.number, "buy", 3, 3, False), done
assert not mine.pending_orders(country="KR").orders

# One that stays open.
resting = mine.sell(market="KRX", symbol="360750", price=Decimal(20000), qty=Decimal(5))
(pending,) = mine.pending_orders(country="KR").orders
assert (pending.number, pending.type, pending.pending_qty) == (resting.number, "sell", 5), pending
assert len(mine.daily_orders(start=day, end=day, country="KR").orders) == 2
print("python-kis is content")
