"""A small shelf of documents, in which each way of asking finds something else."""

from tests.flow.stranger import Json

JAM: Json = {
    "id": "jam",
    "collection": "tickets",
    "kind": "bug",
    "title": "Paper jam on the second floor",
    "text": "The office printer eats paper. Please call ada@example.com before we buy another one.",
    "author": "ada",
    "tags": ["hardware", "printer"],
    "data": {"priority": "high", "build": {"number": 7}},
    "thread": "floor-2",
    "occurred_at": "2026-01-31T09:00:00Z",
}
SCANNER: Json = {
    "id": "scanner",
    "collection": "tickets",
    "kind": "task",
    "text": "The scanner was connected yesterday, and nobody can reach it since. Its paper tray is full.",
    "author": "bob",
    "tags": ["hardware"],
    "data": {"priority": "low", "build": {"number": 8}},
    "occurred_at": "2026-02-10T09:00:00Z",
}
KITTENS: Json = {
    "id": "kittens",
    "collection": "notes",
    "text": "Our cat had three kittens last night; they sleep in a basket beside the stove.",
    "author": "ada",
}
RECIPE: Json = {
    "id": "recipe",
    "collection": "articles.food",
    "title": "Bread",
    "text": "Mix flour, water and yeast, let the dough rise for two hours, and bake it in a hot oven.",
    "author": "eve",
}
GERMAN: Json = {
    "id": "german",
    "collection": "chat.irc.office",
    "text": "Der Drucker im zweiten Stock zieht seit gestern das Papier schief ein, kann bitte jemand nachsehen?",
    "author": "bob",
}
RELEASE: Json = {
    "id": "release",
    "collection": "notes",
    "text": "We released version 2.4.1 of the billing service, see https://builds.example.com/billing/241 for details.",
    "author": "release-bot",
}
AGAIN: Json = {
    **RELEASE,
    "id": "again",
    "text": f"{RELEASE['text']} Thanks!",
}

SHELF = (JAM, SCANNER, KITTENS, RECIPE, GERMAN, RELEASE, AGAIN)
EVERYTHING = sorted(document["id"] for document in SHELF)
TICKETS = {"jam", "scanner"}
SUMMARISED = {*TICKETS, "recipe"}

# A query, how it is asked, and what it finds.
ASKED: dict[str, tuple[Json, list[str]]] = {
    "words in any order": ({"query": "paper printer"}, ["jam"]),
    "either word": ({"query": "kittens OR dough"}, ["kittens", "recipe"]),
    "one without the other": ({"query": "paper -printer"}, ["scanner"]),
    "a phrase": ({"query": '"eats paper"'}, ["jam"]),
    "a phrase whose words stand elsewhere": ({"query": '"paper eats"'}, []),
    "a beginning": ({"query": "connect*"}, ["scanner"]),
    "another form of an English word": ({"query": "kitten sleeping"}, ["kittens"]),
    "another form of a German word": ({"query": "Druckern"}, ["german"]),
    "a word of the title": ({"query": "title:jam"}, ["jam"]),
    "everything": ({"query": "*"}, EVERYTHING),
    "a collection": ({"query": "collection:tickets"}, ["jam", "scanner"]),
    "collections that begin alike": ({"query": "collection:chat.*"}, ["german"]),
    "a kind": ({"query": "paper kind:bug"}, ["jam"]),
    "an author": ({"query": "author:ada"}, ["jam", "kittens"]),
    "either author": ({"query": "author:(bob OR eve)"}, ["german", "recipe", "scanner"]),
    "both tags": ({"query": "tag:(hardware printer)"}, ["jam"]),
    "a thread": ({"query": "thread:floor-2"}, ["jam"]),
    "a language": ({"query": "lang:de"}, ["german"]),
    "an address": ({"query": "entity:ada@example.com"}, ["jam"]),
    "a version": ({"query": "entity:2.4.1"}, ["again", "release"]),
    "a value": ({"query": 'data.priority = "high"'}, ["jam"]),
    "a number": ({"query": "data.build.number >= 8"}, ["scanner"]),
    "a month": ({"query": "occurred:2026-01"}, ["jam"]),
    "a filter beside the query": ({"query": "paper", "filter": {"data": {"priority": "low"}}}, ["scanner"]),
    "a filter as a query": ({"query": "paper", "filter": "-author:ada"}, ["scanner"]),
    "a filter by language": ({"query": "*", "filter": {"language": "de"}}, ["german"]),
    "a filter by entity": ({"query": "", "filter": {"entity": "ada@example.com"}}, ["jam"]),
    "a filter by time": ({"query": "hardware OR paper", "filter": {"since": "2026-02-01T00:00:00Z"}}, ["scanner"]),
}

# No word of these stands in what they find.
MEANT = {
    "young pets that doze": {"kittens"},
    "how to make a loaf": {"recipe"},
    "deployment of software": {"release", "again"},
}
