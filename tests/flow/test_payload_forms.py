"""Every form of payload that the docs name, through both doors, with plain nats-py."""

import json

from tests.flow.stranger import Stranger


async def test_one_document(stranger: Stranger) -> None:
    await stranger.publish({"id": "a", "title": "T", "text": "hello", "tags": ["x"], "data": {"n": [1, None]}})
    [document] = await stranger.documents(1)
    assert (document["id"], document["title"], document["data"]) == ("a", "T", {"n": [1, None]})
    assert (document["tenant"], document["version"], document["seq"]) == (stranger.tenant, 1, 1)


async def test_an_array(stranger: Stranger) -> None:
    await stranger.publish([{"text": "a"}, {"text": "b"}])
    assert [document["text"] for document in await stranger.documents(2)] == ["a", "b"]


async def test_lines(stranger: Stranger) -> None:
    await stranger.publish(b'{"text": "a"}\n{"text": "b"}\n')
    assert [document["text"] for document in await stranger.documents(2)] == ["a", "b"]


async def test_plain_text(stranger: Stranger) -> None:
    await stranger.publish("Grüße aus dem Rand".encode())
    [document] = await stranger.documents(1)
    assert document["text"] == "Grüße aus dem Rand"


async def test_a_structured_cloud_event(stranger: Stranger) -> None:
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/shop",
        "type": "order.placed",
        "time": "2026-11-20T08:00:00Z",
        "data": {"total": 12},
    }
    headers = {"Content-Type": "application/cloudevents+json"}
    await stranger.publish(event, headers=headers)
    [document] = await stranger.documents(1)
    assert (document["kind"], document["source"], document["data"]) == ("order.placed", "/shop", {"total": 12})
    assert document["occurred_at"].startswith("2026-11-20T08:00:00")


async def test_a_binary_cloud_event(stranger: Stranger) -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "e-1",
        "ce-source": "/shop",
        "ce-type": "note",
        "Content-Type": "text/plain",
    }
    await stranger.publish(b"hello", headers=headers)
    await stranger.publish(b"hello", headers=headers)
    [document] = await stranger.documents(1)
    assert (document["kind"], document["text"], document["version"]) == ("note", "hello", 1)


async def test_put_takes_one_or_many_and_says_where_they_are(stranger: Stranger) -> None:
    one = await stranger.ask("put", {"collection": "notes", "id": "a", "text": "one"})
    assert one == {"results": [{"id": "a", "version": 1, "seq": 1, "outcome": "created"}]}
    many = await stranger.ask("put", b'{"collection":"notes","text":"b"}\n{"collection":"notes","text":"c"}')
    # The analysis may have written its note in between.
    assert many["results"][1]["seq"] == many["results"][0]["seq"] + 1
    again = await stranger.ask("put", {"collection": "notes", "id": "a", "text": "one"})
    assert again["results"][0] == {"id": "a", "version": 1, "seq": 1, "outcome": "unchanged"}
    changed = await stranger.ask("put", {"collection": "notes", "id": "a", "text": "two", "if_version": 1})
    assert (changed["results"][0]["version"], changed["results"][0]["outcome"]) == (2, "updated")
    late = await stranger.ask("put", {"collection": "notes", "id": "a", "text": "three", "if_version": 1})
    assert late["results"][0]["error"]["status"] == 409


async def test_the_same_message_twice_is_one_document(stranger: Stranger) -> None:
    for _ in range(3):
        await stranger.publish({"text": "once"}, headers={"Nats-Msg-Id": f"{stranger.tenant}-m"})
    await stranger.publish({"text": "other"})
    assert [document["text"] for document in await stranger.documents(2)] == ["once", "other"]


async def test_a_document_is_annotated_and_every_step_of_it_is_announced(stranger: Stranger) -> None:
    changes = await stranger.client.subscribe(f"postil.{stranger.tenant}.changes.>")
    await stranger.publish({"id": "a", "text": "one two"})
    heard = [change for _ in range(2) for change in json.loads((await changes.next_msg(timeout=10)).data)]
    assert [(change["seq"], change["op"], change["id"]) for change in heard] == [(1, "put", "a"), (2, "annotate", "a")]
    document = await stranger.ask("get", {"id": "a"})
    values = {note["step"]: note["value"] for note in document["annotations"]}
    assert values["stats"] == {"characters": 7, "words": 2, "lines": 1}


async def test_a_chat_command_is_answered(stranger: Stranger) -> None:
    says = await stranger.client.subscribe(f"postil.{stranger.tenant}.say.irc.python")
    await stranger.publish({"author": "ada", "text": "hello"}, "chat.irc.python")
    await stranger.documents(1, "chat.irc.python")
    await stranger.publish({"author": "ada", "text": "!recent 1"}, "chat.irc.python")
    said = json.loads((await says.next_msg(timeout=10)).data)
    assert (said["to"], said["text"].split(maxsplit=1)[1]) == ("ada", "<ada> hello")


async def test_history_deletion_and_erasure(stranger: Stranger) -> None:
    for text in ("first", "second"):
        await stranger.ask("put", {"collection": "notes", "id": "a", "text": text})
    assert (await stranger.ask("get", {"id": "a", "at": 1}))["text"] == "first"
    deleted = await stranger.ask("delete", {"id": "a", "erase": True})
    assert (deleted["id"], deleted["version"]) == ("a", 3)
    await stranger.ask("get", {"id": "a"})
    assert stranger.errors["Nats-Service-Error-Code"] == "404"
    changes = (await stranger.ask("changes", {"since": 0}))["items"]
    assert [change["op"] for change in changes if change["op"] != "annotate"] == ["put", "put", "delete"]
    assert not any("document" in change for change in changes)


async def test_discovery_shows_the_doors(stranger: Stranger) -> None:
    reply = await stranger.client.request("$SRV.INFO.postil-database", b"", timeout=5)
    info = json.loads(reply.data)
    assert info["type"] == "io.nats.micro.v1.info_response"
    assert {"get", "list", "changes", "save"} <= {endpoint["name"] for endpoint in info["endpoints"]}
