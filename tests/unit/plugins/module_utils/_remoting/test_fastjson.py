# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting import fastjson
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.fastjson import FastjsonError, loads

QUEUE = (("brokerName", "broker-a"), ("queueId", 0), ("topic", "order_created"))
QUEUE_TEXT = '{"brokerName":"broker-a","queueId":0,"topic":"order_created"}'


def slowly(text: str) -> object:
    return fastjson._Tokenizer(text).parse()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":[1,2.5,true,null,"x"]}', {"a": [1, 2.5, True, None, "x"]}),
        ('{0:"127.0.0.1:10911",1:"b"}', {0: "127.0.0.1:10911", 1: "b"}),
        ("{-1:{},2:[]}", {-1: {}, 2: []}),
        ("{" + QUEUE_TEXT + ":7}", {QUEUE: 7}),
        ('{"a":{' + QUEUE_TEXT + ':{"b":1}}}', {"a": {QUEUE: {"b": 1}}}),
        ('{{"b":1,"a":2}:3}', {(("a", 2), ("b", 1)): 3}),
        ("{true:1,null:2}", {True: 1, None: 2}),
        ('{0:"\\u0041\\n\\"\\\\\\/\\ud83d\\ude00"}', {0: 'A\n"\\/\U0001f600'}),
        ('{0:"\\ud83d"}', {0: "\ufffd"}),
        ('{0:"\\v\\0\\x41"}', {0: "\v\0A"}),
        ("{{}:1}", {(): 1}),
        (" { 0 : [ ] } ", {0: []}),
        ("{0:1e3}", {0: 1000.0}),
    ],
)
def test_values(text: str, value: object) -> None:
    assert loads(text) == value
    assert loads(text.encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "{", "}", "{0", "{0:", "{0:1", "{0:1,", "{0:1,}", "{,}", "{0 1}", "{0::1}", "{:1}", "[1,]", "[1 2",
        "[,]", "{0:1]", "[{0:1}", "{0:1}}", "{0:1}{", '{"a', '{0:"\\q"}', '{0:"a\\"}', "{{0:1}", "{{0:1}}",
        "{{0:[1]}:1}", "{[1]:1}", "{0:01x}", "{0:.5}", "{0:--1}", "{0:nul}", "{a:1}", "{0:\x001}", "{\u0661:1}",
    ],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(FastjsonError):
        loads(text)


def test_what_is_no_text() -> None:
    with pytest.raises(FastjsonError, match="UTF-8 at byte 1"):
        loads(b"{\xff")


def test_depth_is_an_error_and_not_a_crash() -> None:
    for opening in ("[", "{0:", "{", '{"a":'):
        with pytest.raises(FastjsonError):
            loads(opening * 100_000)
    with pytest.raises(FastjsonError, match="nested deeper than 256"):
        loads("{0:" * 300 + "1" + "}" * 300)
    assert loads("{0:" * 200 + "1" + "}" * 200)


@pytest.mark.parametrize(
    "text",
    [
        '"' + "\\" * 200_000,
        "{0:" + '"a' * 100_000,
        '{"offsetTable":{' + '"T@G":{0:1},' * 30_000,
        '{"offsetTable":{' + '"T@G":{' + "0:1," * 100_000,
        '{"offsetTable":{"' + "\\" * 200_001,
        '{"offsetTable":{' + (QUEUE_TEXT + ":{},") * 8_000,
        '{"offsetTable":{{' + '"brokerName":"' * 40_000,
        "{0:" + "9" * 200_000 + "}",
        " " * 200_000,
        "{0:1," + " " * 200_000,
    ],
)
def test_broken_input_costs_time_in_proportion(text: str) -> None:
    began = time.process_time()
    with pytest.raises(FastjsonError):
        loads(text)
    assert time.process_time() - began < 20  # processor seconds; a quadratic step would take minutes


def test_the_large_shapes_take_the_fast_way() -> None:
    offsets = '{"offsetTable":{"order_created@CG_order":{0:12,1:0,3:-1},"%RETRY%a\\"b}@c":{},"x":{7:9}}}'
    expected = {"offsetTable": {"order_created@CG_order": {0: 12, 1: 0, 3: -1}, '%RETRY%a"b}@c': {}, "x": {7: 9}}}
    assert fastjson._offset_table(offsets) == expected == loads(offsets)
    queues = '{"offsetTable":{' + QUEUE_TEXT + ':{"lastUpdateTimestamp":1,"maxOffset":9,"minOffset":0}}}'
    expected = {"offsetTable": {QUEUE: {"lastUpdateTimestamp": 1, "maxOffset": 9, "minOffset": 0}}}
    assert fastjson._queue_table(queues) == expected == loads(queues)


numbers = st.integers(-(10**18), 10**18)
keys = st.text(max_size=12)


def quoted(text: str) -> str:
    return json.dumps(text)


@given(st.dictionaries(keys, st.dictionaries(st.integers(0, 10**8), numbers, max_size=4), max_size=5))
def test_offset_tables_of_any_names(table: dict) -> None:
    rows = (f"{quoted(key)}:{{{','.join(f'{q}:{n}' for q, n in row.items())}}}" for key, row in table.items())
    text = '{"offsetTable":{' + ",".join(rows) + "}}"
    surrogates_replaced = {key.encode("utf-8", "replace").decode(): row for key, row in table.items()}
    assert slowly(text) == {"offsetTable": surrogates_replaced} == loads(text)


@given(st.dictionaries(st.tuples(keys, st.integers(0, 99), keys), numbers, max_size=4))
def test_queue_tables_of_any_names(table: dict) -> None:
    rows = []
    for (broker, queue, topic), number in table.items():
        key = f'{{"brokerName":{quoted(broker)},"queueId":{queue},"topic":{quoted(topic)}}}'
        rows.append(f'{key}:{{"maxOffset":{number},"minOffset":0}}')
    text = '{"offsetTable":{' + ",".join(rows) + "}}"
    expected = {
        (("brokerName", broker), ("queueId", queue), ("topic", topic)): {"maxOffset": number, "minOffset": 0}
        for (broker, queue, topic), number in table.items()
    }
    assert slowly(text) == loads(text) == {"offsetTable": expected}


# What a route looks like: numbers stand as keys, names may look like anything.
number_tables = st.recursive(
    numbers | st.text('a{,}0:"\\', max_size=6),
    lambda inner: st.dictionaries(st.integers(0, 10**9) | st.text("a{,0:", max_size=4), inner, max_size=3),
)


def written(value: object) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    rows = (f"{key if isinstance(key, int) else quoted(key)}:{written(item)}" for key, item in value.items())
    return "{" + ",".join(rows) + "}"


@given(number_tables)
@example({"brokerAddrs": {0: "198.18.10.21:10911"}, "name": '{0:1},2:"'})
def test_numbers_as_keys_of_any_names(value: object) -> None:
    # Control characters and the like are left to the tokenizer.
    assert fastjson._number_keys(written(value)) in (value, None)
    assert loads(written(value)) == slowly(written(value)) == value


def test_a_route_takes_the_fast_way() -> None:
    route = '{"brokerDatas":[{"brokerAddrs":{0:"h:1",1:"h:2"},"brokerName":"a,0:"}],"queueDatas":[]}'
    expected = {"brokerDatas": [{"brokerAddrs": {0: "h:1", 1: "h:2"}, "brokerName": "a,0:"}], "queueDatas": []}
    assert fastjson._number_keys(route) == expected == loads(route)


def test_a_key_that_looks_like_a_marked_number_stays_a_key() -> None:
    assert loads('{"\\u00007":1,8:2}') == {"\u00007": 1, 8: 2}


scalars = st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | keys
plain = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))


@given(plain)
def test_plain_json_is_read_like_json(value: object) -> None:
    text = json.dumps(value)
    assert slowly(text) == loads(text) == value


@given(st.text('{}[]:,"\\0123-.eEtrufalsn '))
@example('{"offsetTable":{"a":{0:1}}}')
def test_no_text_does_anything_but_parse_or_fail(text: str) -> None:
    try:
        loads(text)
    except FastjsonError:
        pass


@given(st.binary())
def test_no_bytes_do_anything_but_parse_or_fail(raw: bytes) -> None:
    try:
        loads(raw)
    except FastjsonError:
        pass


def test_ten_thousand_groups_are_read_at_once() -> None:
    rows = []
    for n in range(10_000):
        counts = ",".join(f"{queue}:{n * queue}" for queue in range(8))
        rows.append(f'"topic_{n:05d}@group_{n:05d}":{{{counts}}}')
    text = '{"offsetTable":{' + ",".join(rows) + "}}"
    began = time.process_time()
    table = loads(text)
    assert time.process_time() - began < 10
    assert len(table["offsetTable"]) == 10_000
    assert table["offsetTable"]["topic_09999@group_09999"][7] == 69_993
