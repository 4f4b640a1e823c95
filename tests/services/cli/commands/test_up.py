"""`postil up`: what it says when it can't start. What it does when it can is told in tests/live."""

import socket
from pathlib import Path

from tests.system import postil


def test_a_port_that_was_asked_for_and_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        ran = postil("up", "--data", "data", "--port", str(port), cwd=tmp_path)
    assert ran.code == 5
    assert f"postil: port {port} on 127.0.0.1 is taken by another program" in ran.err
    assert not (tmp_path / "data" / "endpoints.json").exists()


def test_a_folder_that_can_not_be_used(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    ran = postil("up", "--data", "data", cwd=tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert ran.err == "postil: the data folder data can't be used: File exists\n"


def test_a_broker_that_is_not_there(tmp_path: Path) -> None:
    variables = {"POSTIL_BROKER__BINARY": "no-such-server"}
    ran = postil("up", "--data", "data", "--port", "0", cwd=tmp_path, variables=variables)
    assert (ran.code, ran.out) == (5, "")
    assert "postil: the broker no-such-server does not exist or can't be run" in ran.err
