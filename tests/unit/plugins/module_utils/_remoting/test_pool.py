# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import time

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.acl import Credentials, sign
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import (
    ConnectError,
    ConnectionLost,
    DeadlineExceeded,
    ProtocolError,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.frame import Command, encode
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.link import Link
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.pool import Pool

READ = Command(30, {"topic": "order_created", "queueId": "0"}, repeatable=True)
CHANGE = Command(17, {"topic": "order_created"})


def numbered(count: int) -> list[Command]:
    return [Command(30, {"n": str(number)}, repeatable=True) for number in range(count)]


def echo(peer) -> None:
    for request in peer.requests():
        peer.answer(request, ext=request.ext)


def test_one_connection_serves_many_calls(serve) -> None:
    server = serve(echo)
    with Pool(timeout=2) as pool:
        for command in numbered(5):
            assert pool.call(server.address, command).ext == command.ext
    assert server.connections == 1


def test_answers_out_of_order_find_their_requests(serve) -> None:
    def backwards(peer) -> None:
        requests = [peer.read() for _unused in range(32)]
        for request in reversed(requests):
            peer.answer(request, ext=request.ext)

    server = serve(backwards)
    with Pool(timeout=2, window=32) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(32)])
    assert [answer.ext["n"] for answer in answers] == [str(number) for number in range(32)]


def test_never_more_in_flight_than_the_window(serve) -> None:
    most = []

    def count(peer) -> None:
        peer.sock.settimeout(0.2)
        for _batch in range(4):
            batch = [peer.read() for _unused in range(5)]
            with contextlib.suppress(TimeoutError):
                batch.append(peer.read())
            most.append(len(batch))
            for request in batch:
                peer.answer(request)

    server = serve(count)
    with Pool(timeout=5, window=5) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(20)])
    assert most == [5, 5, 5, 5]
    assert all(answer.code == 0 for answer in answers)


def test_requests_of_the_peer_are_dropped(serve) -> None:
    def pushing(peer) -> None:
        for request in peer.requests():
            # A server's own request may carry the very number of the one in flight.
            peer.send(encode(Command(40, {"consumerGroup": "CG_order"}, opaque=request.opaque, flag=2)))
            peer.send(encode(Command(39, opaque=request.opaque, flag=0)))
            peer.answer(request, b"real")

    server = serve(pushing)
    with Pool(timeout=2) as pool:
        assert pool.call(server.address, READ).body == b"real"
        assert pool.call(server.address, READ).body == b"real"


def test_the_second_answer_to_one_request_is_dropped(serve) -> None:
    def twice(peer) -> None:
        for request in peer.requests():
            peer.answer(request, request.ext["n"].encode())
            peer.answer(request, code=1, remark="afterwards")

    server = serve(twice)
    with Pool(timeout=2, window=1) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(10)])
        assert [answer.body for answer in answers] == [str(number).encode() for number in range(10)]
        assert pool.call(server.address, Command(30, {"n": "x"})).body == b"x"


def test_a_request_that_is_never_answered_ends_at_its_deadline_alone(serve) -> None:
    def not_all(peer) -> None:
        for request in peer.requests():
            if request.code != 9999:
                peer.answer(request)

    server = serve(not_all)
    with Pool(timeout=2) as pool:
        began = time.monotonic()
        answers = pool.call_all([(server.address, Command(9999), 0.3), (server.address, READ)])
        assert 0.25 < time.monotonic() - began < 1.5
        assert isinstance(answers[0], DeadlineExceeded)
        assert "0.3 s" in str(answers[0]) and "does not know" in str(answers[0])
        assert answers[1].code == 0
        assert pool.call(server.address, READ).code == 0
    assert server.connections == 1


def test_a_late_answer_is_nobodys(serve) -> None:
    def late(peer) -> None:
        first = peer.read()
        second = peer.read()
        peer.answer(first, b"late")
        peer.answer(second, b"in time")

    server = serve(late)
    with Pool(window=1) as pool:
        answers = pool.call_all([(server.address, READ, 0.2), (server.address, READ, 2.0)])
        assert isinstance(answers[0], DeadlineExceeded)
        assert answers[1].body == b"in time"


def test_the_deadline_runs_from_sending(serve) -> None:
    def slow(peer) -> None:
        for request in peer.requests():
            time.sleep(0.15)
            peer.answer(request)

    server = serve(slow)
    with Pool(timeout=0.4, window=1) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(5)])
    assert [answer.code for answer in answers] == [0] * 5


def test_addresses_do_not_wait_for_each_other(serve) -> None:
    silent = serve(lambda peer: list(peer.requests()))
    quick = serve(echo)
    with Pool(timeout=0.3) as pool:
        items = [(silent.address, READ), (quick.address, READ), (silent.address, READ)]
        began = time.monotonic()
        answers = pool.call_all(items)
    assert time.monotonic() - began < 1.5
    assert isinstance(answers[0], DeadlineExceeded) and isinstance(answers[2], DeadlineExceeded)
    assert "nothing at all came" in str(answers[0])
    assert answers[1].code == 0


def test_after_a_window_of_silence_the_rest_is_not_sent(serve) -> None:
    server = serve(lambda peer: list(peer.requests()))
    with Pool(timeout=0.2, window=4) as pool:
        began = time.monotonic()
        answers = pool.call_all([(server.address, command) for command in numbered(400)])
    assert time.monotonic() - began < 3
    assert all(isinstance(answer, DeadlineExceeded) for answer in answers)
    assert "not sent" in str(answers[-1])


def test_a_silent_connection_is_not_used_again(serve) -> None:
    def first_one_hangs(peer) -> None:
        if peer.number == 0:
            list(peer.requests())
        echo(peer)

    server = serve(first_one_hangs)
    with Pool(timeout=0.2) as pool:
        with pytest.raises(DeadlineExceeded):
            pool.call(server.address, READ)
        assert pool.call(server.address, READ).code == 0


def test_a_frame_above_16_mib(serve) -> None:
    body = b"x" * (18 * 1024 * 1024)
    server = serve(lambda peer: [peer.answer(request, body) for request in peer.requests()])
    with Pool(timeout=10) as pool:
        assert pool.call(server.address, READ).body == body


@pytest.mark.parametrize(
    "greeting",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"J\0\0\0\n5.7.44\0",  # MySQL
        b"\x15\x03\x03\0\x02\x02\x50",  # a TLS alert
    ],
)
def test_a_port_where_something_else_listens(serve, greeting: bytes) -> None:
    def other(peer) -> None:
        peer.send(greeting)
        peer.sock.recv(10)

    server = serve(other)
    with Pool(timeout=2) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(200)])
    assert {type(answer) for answer in answers} == {ProtocolError}
    assert str(greeting[:20])[2:-1] in str(answers[0])
    assert server.address in str(answers[0])


def test_a_broken_header_is_a_protocol_error(serve) -> None:
    server = serve(lambda peer: (peer.read(), peer.send(b"\0\0\0\x06\0\0\0\x02[]"), peer.read()))
    with Pool(timeout=2) as pool, pytest.raises(ProtocolError, match="not an object"):
        pool.call(server.address, READ)


def test_a_lost_connection_fails_only_what_was_in_flight(serve) -> None:
    def first_one_breaks(peer) -> None:
        if peer.number == 0:
            peer.answer(peer.read())
            for _unused in range(3):
                peer.read()
            return
        echo(peer)

    server = serve(first_one_breaks)
    with Pool(timeout=2, window=3) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(20)])
    lost = [answer for answer in answers if isinstance(answer, ConnectionLost)]
    assert len(lost) == 3
    assert "whether the request was acted on is not known" in str(lost[0])
    assert sum(isinstance(answer, Command) for answer in answers) == 17


def test_a_peer_that_always_hangs_up_is_given_up(serve) -> None:
    server = serve(lambda peer: peer.read())
    with Pool(timeout=2, window=2) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(100)])
    assert {type(answer) for answer in answers} == {ConnectionLost}
    assert "is it RocketMQ?" in str(answers[0])
    assert "not sent" in str(answers[-1])
    assert server.connections <= 4


def one_request_each(peer) -> None:
    """Answers one request on a connection and hangs up on the next, as if it had given up the idle connection."""
    request = peer.read()
    peer.answer(request, str(peer.number).encode())
    peer.read()


def test_a_read_on_a_connection_that_was_given_up_is_asked_again(serve) -> None:
    server = serve(one_request_each)
    with Pool(timeout=2) as pool:
        assert pool.call(server.address, READ).body == b"0"
        assert pool.call(server.address, READ).body == b"1"
    assert server.connections == 2


def test_what_is_asked_again_has_its_whole_time_again(serve) -> None:
    def steady(peer) -> None:
        peer.answer(peer.read())
        request = peer.read()
        time.sleep(3.2)  # holds the first place among the deadlines until the other one was asked again
        peer.answer(request)

    def gives_up(peer) -> None:
        if peer.number == 0:
            peer.answer(peer.read())
        request = peer.read()
        time.sleep(2.4)
        if peer.number == 1:
            peer.answer(request)

    asked = [(serve(script).address, READ) for script in (steady, gives_up)]
    with Pool(timeout=4) as pool:
        for _turn in range(2):
            assert [getattr(answer, "code", answer) for answer in pool.call_all(asked)] == [0, 0]


def test_a_change_is_never_sent_twice(serve) -> None:
    server = serve(one_request_each)
    with Pool(timeout=2) as pool:
        pool.call(server.address, READ)
        with pytest.raises(ConnectionLost, match="not known"):
            pool.call(server.address, CHANGE)
    assert server.connections == 1


def test_an_end_that_was_seen_before_sending_costs_nothing(serve) -> None:
    def once(peer) -> None:
        peer.answer(peer.read())

    server = serve(once)
    with Pool(timeout=2) as pool:
        pool.call(server.address, READ)
        time.sleep(0.1)  # the end of the connection has to arrive, and nothing here would tell
        assert pool.call(server.address, CHANGE).code == 0
    assert server.connections == 2


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    with Pool(timeout=1) as pool, pytest.raises(ConnectError, match="refused") as caught:
        pool.call(address, READ)
    assert caught.value.address == address


@pytest.mark.parametrize(
    "address", ["", "x", "127.0.0.1", "127.0.0.1:", ":9876", "127.0.0.1:0", "127.0.0.1:99999", "1:2:3:x"]
)
def test_what_is_no_address(address: str) -> None:
    with Pool(timeout=1) as pool, pytest.raises(ConnectError, match="host:port"):
        pool.call(address, READ)


def test_a_name_that_does_not_resolve(monkeypatch) -> None:
    def fail(*_arguments):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with Pool(timeout=1) as pool, pytest.raises(ConnectError, match="does not resolve"):
        pool.call("mro-ns.mq.test:9876", READ)


def test_the_second_address_of_a_name_is_tried(serve, monkeypatch) -> None:
    server = serve(echo)
    port = int(server.address.rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.99", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: found)
    with Pool(timeout=1) as pool:
        assert pool.call(f"mro-ns.mq.test:{port}", READ).code == 0


def test_a_connection_that_does_not_come_up_in_time(serve) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    fillers = []
    with contextlib.closing(listener):
        for _unused in range(4):  # fill the backlog: further connections hang
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        with Pool(connect_timeout=0.3) as pool:
            began = time.monotonic()
            with pytest.raises(ConnectError, match="within 0.3 s"):
                pool.call(f"127.0.0.1:{address[1]}", READ)
            assert time.monotonic() - began < 2
    for filler in fillers:
        filler.close()


def test_requests_are_signed(serve) -> None:
    seen = []

    def keep(peer) -> None:
        for request in peer.requests():
            seen.append(request)
            peer.answer(request)

    credentials = Credentials("operator", "a-secret")
    server = serve(keep)
    with Pool(timeout=2, credentials=credentials) as pool:
        pool.call(server.address, Command(200, {}, b"{}"))
    assert seen[0].ext == sign(credentials, {}, b"{}")
    assert "a-secret" not in repr(credentials)


def test_a_request_that_cannot_be_encoded_fails_alone(serve) -> None:
    server = serve(echo)
    with Pool(timeout=2) as pool:
        answers = pool.call_all([(server.address, Command(30, {"x": object()})), (server.address, READ)])
    assert "cannot be encoded" in str(answers[0])
    assert answers[1].code == 0


def test_nothing_asked_nothing_done() -> None:
    with Pool() as pool:
        assert pool.call_all([]) == []


@pytest.fixture(scope="session")
def tls_server_context(tmp_path_factory) -> ssl.SSLContext:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_tls(serve, tls_server_context) -> None:
    body = b"y" * (2 * 1024 * 1024)

    def script(peer) -> None:
        for request in peer.requests():
            peer.answer(request, body)

    server = serve(script, lambda sock: tls_server_context.wrap_socket(sock, server_side=True))
    with Pool(timeout=5, tls=True) as pool:
        answers = pool.call_all([(server.address, Command(200, body=body)), (server.address, READ)])
        assert [answer.body for answer in answers] == [body, body]
        assert pool.call(server.address, READ).body == body
    assert server.connections == 1


def test_tls_to_a_plain_port(serve) -> None:
    server = serve(lambda peer: peer.send(b"SSH-2.0-OpenSSH_9.2\r\n"))
    with Pool(timeout=2, tls=True) as pool, pytest.raises(ConnectError, match="TLS handshake"):
        pool.call(server.address, READ)


def test_plain_to_a_tls_port(serve, tls_server_context) -> None:
    def wrap(sock):
        return tls_server_context.wrap_socket(sock, server_side=True)

    server = serve(echo, wrap)
    with Pool(timeout=2) as pool, pytest.raises((ProtocolError, ConnectionLost)):
        pool.call(server.address, READ)


def test_settings_that_make_no_sense() -> None:
    for settings in ({"timeout": 0}, {"connect_timeout": -1}, {"window": 0}):
        with pytest.raises(ValueError):
            Pool(**settings)


def test_serial_requests_wait_for_each_other(serve) -> None:
    early = []

    def count(peer) -> None:
        for _unused in range(4):
            request = peer.read()
            peer.sock.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                early.append(peer.read())
            peer.sock.settimeout(None)
            peer.answer(request, ext=request.ext)

    server = serve(count)
    with Pool(timeout=5, window=32) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(4)], serial=True)
    assert [answer.ext["n"] for answer in answers] == ["0", "1", "2", "3"]
    assert early == []


def test_serial_requests_end_with_the_first_that_is_not_answered(serve) -> None:
    seen = []

    def silent_at_the_third(peer) -> None:
        for request in peer.requests():
            seen.append(request.ext["n"])
            if request.ext["n"] != "2":
                peer.answer(request, ext=request.ext)

    server, other = serve(silent_at_the_third), serve(echo)
    items = [(server.address, command) for command in numbered(6)]
    with Pool(timeout=0.3) as pool:
        answers = pool.call_all([*items, *((other.address, command) for command in numbered(6))], serial=True)
    assert seen == ["0", "1", "2"]
    assert all(isinstance(answer, DeadlineExceeded) for answer in answers[2:6])
    assert [answer.sent for answer in answers[2:6]] == [True, False, False, False]
    assert [answer.ext["n"] for answer in answers[6:]] == ["0", "1", "2", "3", "4", "5"]


def test_a_few_are_sent_ahead(serve) -> None:
    most = []

    def count(peer) -> None:
        waiting = [peer.read() for _unused in range(3)]
        most.append(len(waiting))
        peer.sock.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            most.append(peer.read())
        peer.sock.settimeout(None)
        # In another order, as several threads do it.
        for request in reversed(waiting):
            peer.answer(request, ext=request.ext)
        for request in peer.requests():
            peer.answer(request, ext=request.ext)

    server = serve(count)
    with Pool(timeout=5) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(6)], serial=True, ahead=2)
    assert [answer.ext["n"] for answer in answers] == ["0", "1", "2", "3", "4", "5"]
    assert most == [3]


def test_what_was_sent_ahead_is_not_known_when_an_answer_fails(serve) -> None:
    seen = []

    def silent_from_the_second(peer) -> None:
        for request in peer.requests():
            seen.append(request.ext["n"])
            if request.ext["n"] == "0":
                peer.answer(request, ext=request.ext)

    server = serve(silent_from_the_second)
    with Pool(timeout=0.3) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(6)], serial=True, ahead=1)
    assert seen == ["0", "1", "2"]
    assert [answer.sent for answer in answers[1:]] == [True, True, False, False, False]


def test_answers_gather(serve, monkeypatch) -> None:
    """Fewer looks than answers: each wake-up beside busy peers costs more than the answer."""

    def slow(peer) -> None:
        for request in peer.requests():
            time.sleep(0.004)
            peer.answer(request, ext=request.ext)

    server = serve(slow)
    looks = []
    with Pool(timeout=5) as pool:
        receive = Link.receive
        monkeypatch.setattr(Link, "receive", lambda link, now: looks.append(now) or receive(link, now))
        pool.call_all([(server.address, command) for command in numbered(40)], serial=True, ahead=7)
    assert len(looks) <= 20


def test_who_was_sent_ahead_waits_from_the_answer_before(serve) -> None:
    def slow(peer) -> None:
        for request in peer.requests():
            time.sleep(0.6)
            peer.answer(request, ext=request.ext)

    server = serve(slow)
    with Pool(timeout=1.7) as pool:
        answers = pool.call_all([(server.address, command) for command in numbered(4)], serial=True, ahead=3)
    assert [answer.ext["n"] for answer in answers] == ["0", "1", "2", "3"]


def test_serial_requests_end_with_a_lost_connection(serve) -> None:
    def leaves(peer) -> None:
        peer.answer(peer.read())
        peer.read()

    server = serve(leaves)
    with Pool(timeout=2) as pool:
        answers = pool.call_all([(server.address, CHANGE)] * 4, serial=True)
    assert answers[0].is_response
    assert all(isinstance(answer, ConnectionLost) for answer in answers[1:])
    assert [answer.sent for answer in answers[1:]] == [True, False, False]
    assert server.connections == 1


def test_answers_are_converted_as_they_come(serve) -> None:
    server = serve(echo)
    with Pool(timeout=2) as pool:
        items = [(server.address, command) for command in numbered(3)]
        answers = pool.call_all(items, convert=lambda index, answer: (index, answer.ext["n"]))
        nothing = pool.call_all([(server.address, READ)], convert=lambda _index, _answer: None)
    assert answers == [(0, "0"), (1, "1"), (2, "2")]
    assert nothing == [None]
