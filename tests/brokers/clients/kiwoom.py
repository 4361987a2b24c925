"""kiwoom-client 0.4.0 against the simulator: a token, the balance, an order, its fill, an open order, its cancellation.

The environment says where it is and with which keys: URL, KEY, SECRET.

That somebody else's client, written against the real server, gets through says that the simulator speaks the protocol.
"""

import os
import sys

from kiwoom_client import KiwoomAPI, KiwoomAPIError

base, key, secret = (os.environ[name] for name in ("URL", "KEY", "SECRET"))


def expect(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: expected {expected!r}, found {found!r}")


def number(text):
    return abs(int(text))


# The pace is the client's own business; the simulator's clock goes by requests.
with_key = {"app_key": key, "base_url": base, "rate_limit": None}
api = KiwoomAPI(app_secret=secret, **with_key)

token = api.login()
expect((token["return_code"], token["token_type"], len(token["expires_dt"])), (0, "bearer", 14), "token")

# -- the balance, by pages --
rows = api._base_client.request_all(
    "/api/dostk/acnt", "kt00018", {"qry_tp": "1", "dmst_stex_tp": "KRX"}, "acnt_evlt_remn_indv_tot"
)
held = {row["stk_cd"]: (number(row["rmnd_qty"]), number(row["cur_prc"])) for row in rows}
expect(held["A069500"], (10, 35555), "position")
expect(len(held), 5, "positions")
expect(number(api.account.deposit_detail(qry_tp="3")["d2_entra"]), 1_000_000, "cash")
expect(number(api.account.orderable_qty_by_margin(stk_cd="069500", uv="35700")["min_ord_alowq"]), 28, "orderable")
expect(number(api.stock_info.basic_stock_info(stk_cd="069500")["cur_prc"]), 35555, "price")

# -- an order, and its fill --
order = {"dmst_stex_tp": "KRX", "stk_cd": "069500", "trde_tp": "0", "cond_uv": ""}
bought = api.order.buy_order(ord_qty="3", ord_uv="35700", **order)
expect(bought["return_code"], 0, "order")
listed = api.account.order_execution_detail(
    ord_dt="", qry_tp="1", stk_bond_tp="0", sell_tp="0", stk_cd="", fr_ord_no="", dmst_stex_tp="%"
)["acnt_ord_cntr_prps_dtl"]
row = next(row for row in listed if row["ord_no"] == bought["ord_no"])
expect([number(row[name]) for name in ("ord_qty", "cntr_qty", "cntr_uv", "ord_remnq")], [3, 3, 35555, 0], "execution")
fills = api.account.filled_orders(qry_tp="0", sell_tp="0", stk_cd="", ord_no="", stex_tp="0")["cntr"]
expect([(fill["ord_no"], fill["cntr_qty"]) for fill in fills], [(bought["ord_no"], "3")], "fills")

# -- an order that stays open, and its cancellation --
sold = api.order.sell_order(ord_qty="4", ord_uv="46000", **order)
unfilled = dict(all_stk_tp="0", trde_tp="0", stk_cd="", stex_tp="0")
open_ = api.account.unfilled_orders(**unfilled)["oso"]
expect([(row["ord_no"], row["oso_qty"]) for row in open_], [(sold["ord_no"], "4")], "open order")
cancelled = api.order.cancel_order(dmst_stex_tp="KRX", orig_ord_no=sold["ord_no"], stk_cd="069500", cncl_qty="0")
expect(cancelled["base_orig_ord_no"], sold["ord_no"], "cancellation")
expect(api.account.unfilled_orders(**unfilled)["oso"], [], "no open order")

# -- a no --
try:
    api.order.buy_order(ord_qty="1000", ord_uv="35700", **order)
    sys.exit("an order that nobody can pay was taken")
except KiwoomAPIError as error:
    expect((error.code, "RC4025" in error.message), (20, True), "refusal")
try:
    api.order.buy_order(ord_qty="1", ord_uv="35701", **order)
    sys.exit("a price on no tick was taken")
except KiwoomAPIError as error:
    expect((error.code, "RC4003" in error.message), (20, True), "tick")

print("kiwoom-client is content")
