#!/usr/bin/env python3
"""Writes one price history into Parquet in every way in which programs do, and in ways that are wrong.

    fixtures.py DIRECTORY        good/*.parquet and bad/*.parquet; good/prices.csv is what the good ones say

tests/backtest/parquet has what it wrote with the versions of requirements.txt.
"""
import base64
import datetime
import pathlib
import sys
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet import encryption

CSV = "date,069500,360750\n2024-01-02,100,1000\n2024-01-03,110,1100.5\n2024-01-04,120,990\n"
DAYS = [datetime.date(2024, 1, day) for day in (2, 3, 4)]
A, B = [100.0, 110.0, 120.0], [1000.0, 1100.5, 990.0]
DATE = pa.array(DAYS, pa.date32())


def wide(date=DATE, a=pa.array(A), b=pa.array(B), **more):
    return pa.table({"date": date, "069500": a, "360750": b, **more})


def long(date=None, code=None, price=None):
    """A row a price, by day."""
    rows = [(day, code, price) for day, *prices in zip(DAYS, A, B) for code, price in zip(("069500", "360750"), prices)]
    days, codes, prices = zip(*rows)
    return pa.table({
        "date": pa.array(days, pa.date32()) if date is None else date,
        "code": pa.array(codes) if code is None else code,
        "price": pa.array(prices) if price is None else price,
    })


def instants(unit, zone=None, hour=0):
    times = [datetime.datetime(day.year, day.month, day.day, hour) for day in DAYS]
    return pa.array(times, pa.timestamp(unit)).cast(pa.timestamp(unit, zone))


def decimals(values, digits, places):
    return pa.array([Decimal(str(value)) for value in values], pa.decimal128(digits, places))


def frame(name):
    return pd.DataFrame({"069500": A, "360750": B}, index=pd.DatetimeIndex(pd.to_datetime(DAYS), name=name))


def good(out):
    def write(name, table, **how):
        pq.write_table(table, out / f"{name}.parquet", **how)

    write("snappy", wide())
    write("zstd", wide(), compression="zstd")
    write("uncompressed", wide(), compression="none")
    write("second_pages", wide(), data_page_version="2.0")
    write("second_pages_zstd", wide(), data_page_version="2.0", compression="zstd")
    write("without_dictionary", wide(), use_dictionary=False)
    write("a_row_group_a_day", wide(), row_group_size=1)
    split = dict.fromkeys(["069500", "360750"], "BYTE_STREAM_SPLIT")
    write("other_encodings", wide(), use_dictionary=False, column_encoding={"date": "DELTA_BINARY_PACKED", **split})
    write("required", wide().cast(pa.schema([pa.field(f.name, f.type, nullable=False) for f in wide().schema])))
    whole = pa.array([100, 110, 120])
    write("int64", wide(a=whole))
    write("int16", wide(a=whole.cast(pa.int16())))
    write("uint32", wide(a=whole.cast(pa.uint32())))
    write("uint64", wide(a=whole.cast(pa.uint64())))
    write("float32", wide(a=pa.array(A, pa.float32()), b=pa.array(B, pa.float32())))
    write("decimal", wide(a=decimals(A, 5, 2), b=decimals(B, 38, 10)))
    integers = wide(a=decimals(A, 5, 2), b=decimals(B, 18, 4))
    write("decimal_in_integers", integers, store_decimal_as_integer=True)
    text = [str(value) for value in B]
    write("text", wide(date=pa.array([str(day) for day in DAYS]), b=pa.array(text)))
    write("large_text", wide(date=pa.array([str(day) for day in DAYS], pa.large_string()), b=pa.array(text)))
    write("text_in_deltas", wide(b=pa.array(text)), use_dictionary=False, column_encoding={"360750": "DELTA_LENGTH_BYTE_ARRAY"})
    for unit in ("s", "ms", "us", "ns"):
        write(f"timestamp_{unit}", wide(date=instants(unit)))
    write("timestamp_utc", wide(date=instants("us", "UTC")))
    write("int96", wide(date=instants("ns")), use_deprecated_int96_timestamps=True)
    gap = pa.array([datetime.date(2024, 1, 1), *DAYS], pa.date32())
    write("nulls", wide(gap, pa.array([None, *A]), pa.array([float("nan"), *B])))
    write("others_of_any_kind", wide(SPY=pa.array([[1], [], None]), note=pa.array([{"x": 1}, None, {"x": 2}]), ok=pa.array([True, False, None])))
    write("another_order", wide().select(["360750", "069500", "date"]).rename_columns(["360750", "069500", "DATE"]))
    write("long", long())
    write("long_by_category", long(code=long()["code"].dictionary_encode()))
    write("long_price_first", long().select(["price", "code", "date"]))
    # As pandas does it.
    frame("Date").to_parquet(out / "pandas_index.parquet")
    frame(None).to_parquet(out / "pandas_nameless_index.parquet")
    frame("date").reset_index().to_parquet(out / "pandas_range.parquet")
    frame("date").reset_index().set_axis([7, 5, 9]).to_parquet(out / "pandas_numbered.parquet")
    long().to_pandas().set_index(["date", "code"]).to_parquet(out / "pandas_two_indices.parquet")
    (out / "prices.csv").write_text(CSV)


class Keys(encryption.KmsClient):
    """Keeps nothing secret."""

    def wrap_key(self, key, name):
        return base64.b64encode(key)

    def unwrap_key(self, key, name):
        return base64.b64decode(key)


def encrypted(path, **how):
    factory = encryption.CryptoFactory(lambda _: Keys())
    wanted = encryption.EncryptionConfiguration(footer_key="f", column_keys={"k": ["069500"]}, **how)
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), wanted)
    with pq.ParquetWriter(path, wide().schema, encryption_properties=properties) as writer:
        writer.write_table(wide())


def bad(out):
    def write(name, table, **how):
        pq.write_table(table, out / f"{name}.parquet", **how)

    for codec in ("gzip", "brotli", "lz4"):
        write(codec, wide(), compression=codec)
    encrypted(out / "encrypted.parquet")
    encrypted(out / "encrypted_columns.parquet", plaintext_footer=True)
    write("list", wide(a=pa.array([[1.0], [2.0], [3.0]])))
    write("struct", wide(a=pa.array([{"close": 1.0}, {"close": 2.0}, {"close": 3.0}])))
    write("boolean", wide(a=pa.array([True, True, False])))
    write("time", wide(date=pa.array([datetime.time(1)] * 3)))
    write("half", wide(a=pa.array(A, pa.float16())))
    write("no_date", wide().rename_columns(["day", "069500", "360750"]))
    write("nobody", wide().select(["date", "069500"]))
    write("in_seoul", wide(date=pa.array([datetime.datetime(2024, 1, day, 15) for day in (1, 2, 3)], pa.timestamp("us", "Asia/Seoul"))))
    write("at_the_close", wide(date=instants("us", hour=16)))
    write("int96_at_the_close", wide(date=instants("ns", hour=16)), use_deprecated_int96_timestamps=True)
    write("never", wide(date=pa.array([2**50, 1, 2], pa.timestamp("s"))))
    write("null_date", wide(date=pa.array([DAYS[0], None, DAYS[2]])))
    write("null_code", long(code=pa.array(["069500", None, "069500", "360750", "069500", "360750"])))
    write("codes_as_numbers", long(code=pa.array([69500, 360750] * 3)))
    write("column_without_zeros", wide().rename_columns(["date", "69500", "360750"]))
    write("negative", wide(b=pa.array([1000.0, -1.0, 990.0])))
    write("zero", wide(b=pa.array([1000.0, 0.0, 990.0])))
    write("infinite", wide(b=pa.array([1000.0, float("inf"), 990.0])))
    write("huge", wide(b=pa.array([1000.0, 1e300, 990.0])))
    write("too_many_digits", wide(b=pa.array([Decimal(10) ** 60] * 3, pa.decimal256(76, 2))))
    write("not_utf8", wide(b=pa.array([b"1000", b"\xff\xfe", b"990"])))
    write("twice", wide(date=pa.array([DAYS[0], DAYS[1], DAYS[1]])))
    write("backwards", wide(date=pa.array([DAYS[0], DAYS[2], DAYS[1]])))
    write("no_rows", wide().slice(0, 0))
    write("one_row", wide().slice(0, 1))
    write("deltas", wide(b=pa.array(["1000", "1100.5", "990"])), use_dictionary=False, column_encoding={"360750": "DELTA_BYTE_ARRAY"})


def main(directory):
    for name, written in (("good", good), ("bad", bad)):
        out = pathlib.Path(directory) / name
        out.mkdir(parents=True, exist_ok=True)
        written(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
