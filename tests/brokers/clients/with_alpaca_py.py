"""alpaca-py, Alpaca's own client, against the simulator: what its models make of every answer. Run by clients.rs."""

import os
import uuid

from alpaca.common.exceptions import APIError
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import StockLatestQuoteRequest, StockLatestTradeRequest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import GetOrdersRequest, LimitOrderRequest, MarketOrderRequest

key, secret, url = (os.environ[name] for name in ("KEY", "SECRET", "URL"))
client = TradingClient(key, secret, paper=True, url_override=url)
data = StockHistoricalDataClient(key, secret, url_override=url)


def limit(symbol, qty, side, price, name):
    order = LimitOrderRequest(
        symbol=symbol, qty=qty, side=side, time_in_force=TimeInForce.DAY, limit_price=price, client_order_id=name
    )
    return client.submit_order(order)


def refused(act, status, code):
    try:
        act()
    except APIError as error:
        assert (error.status_code, error.code) == (status, code), (error.status_code, str(error))
        return error
    raise AssertionError("it was not refused")


# Balance, clock, prices.
account = client.get_account()
assert (account.account_number, account.cash, account.currency) == ("PA3CANARY9", "10000", "USD"), account
assert client.get_clock().is_open
held = {position.symbol: position.qty for position in client.get_all_positions()}
assert held == {"PENY": "3.25", "SPY": "20"}, held
assert client.get_open_position("SPY").qty_available == "20"
assert client.get_asset("QQQ").fractionable
trades = data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=["SPY", "QQQ"]))
assert (trades["SPY"].price, trades["QQQ"].price) == (500.1, 400.0), trades
quotes = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="SPY"))
assert quotes["SPY"].ask_price == 500.1, quotes

# An order, its fill, the same order again, and by the client's id.
order = limit("QQQ", 2.5, OrderSide.BUY, 401, "py-1")
assert order.status == OrderStatus.PENDING_NEW and order.qty == "2.5", order
order = client.get_order_by_id(order.id)
assert (order.status, order.filled_qty, order.filled_avg_price) == (OrderStatus.FILLED, "2.5", "400"), order
assert client.get_account().cash == "9000"
refused(lambda: limit("QQQ", 2.5, OrderSide.BUY, 401, "py-1"), 422, 40010001)
assert client.get_order_by_client_id("py-1").id == order.id
refused(lambda: client.get_order_by_client_id("py-2"), 404, 40410000)
refused(lambda: client.get_order_by_id(uuid.uuid4()), 404, 40410000)

# What stays open is listed, and cancelled once.
resting = limit("SPY", 5, OrderSide.SELL, 900, "py-3")
assert [order.id for order in client.get_orders()] == [resting.id]
assert client.get_open_position("SPY").qty_available == "15"
client.cancel_order_by_id(resting.id)
refused(lambda: client.cancel_order_by_id(resting.id), 422, 42210000)
assert client.get_order_by_id(resting.id).status == OrderStatus.CANCELED
closed = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.CLOSED, limit=500))
assert [order.client_order_id for order in closed] == ["py-3", "py-1"], closed

# What is refused, and the market order of somebody else's program.
refused(lambda: limit("QQQ", 100, OrderSide.BUY, 401, "py-4"), 403, 40310000)
refused(lambda: limit("SPY", 21, OrderSide.SELL, 1, "py-5"), 403, 40310000)
refused(lambda: limit("SPY", 1, OrderSide.BUY, 1.005, "py-6"), 422, 42210000)
market = MarketOrderRequest(symbol="SPY", qty=1, side=OrderSide.SELL, time_in_force=TimeInForce.DAY)
assert client.get_order_by_id(client.submit_order(market).id).filled_avg_price == "500.1"
print("alpaca-py is content")
