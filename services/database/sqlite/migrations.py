"""The steps by which the database file came to its present form: numbered by their order, forward only, never edited
once released."""

FIRST = (
    """
    CREATE TABLE tenants (
        no INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        seq INTEGER NOT NULL,
        documents INTEGER NOT NULL,
        announced INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE collections (
        no INTEGER PRIMARY KEY,
        tenant INTEGER NOT NULL,
        name TEXT NOT NULL,
        documents INTEGER NOT NULL,
        last_seq INTEGER NOT NULL,
        last_at INTEGER,
        UNIQUE (tenant, name)
    ) STRICT
    """,
    # The log, and the truth. `entry` is the tenant's number and the sequence number in one: (tenant << 40) + seq.
    """
    CREATE TABLE changes (
        entry INTEGER PRIMARY KEY,
        op INTEGER NOT NULL,
        collection INTEGER NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        at INTEGER NOT NULL,
        place TEXT,
        previous INTEGER,
        body BLOB
    ) STRICT
    """,
    "CREATE INDEX changes_by_collection ON changes (collection)",
    # Everything below is derived from the log. `no` is the entry of the document's creation, by which it is listed;
    # a tombstone's is negative, so that no listing comes across it.
    """
    CREATE TABLE documents (
        no INTEGER PRIMARY KEY,
        tenant INTEGER NOT NULL,
        id TEXT NOT NULL,
        collection INTEGER NOT NULL,
        version INTEGER NOT NULL,
        current INTEGER NOT NULL,
        head INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        digest BLOB,
        place TEXT,
        expires_at INTEGER,
        UNIQUE (tenant, id)
    ) STRICT
    """,
    "CREATE INDEX documents_by_collection ON documents (collection)",
    "CREATE INDEX documents_by_end ON documents (expires_at) WHERE expires_at IS NOT NULL",
    """
    CREATE TABLE notes (
        document INTEGER NOT NULL,
        step TEXT NOT NULL,
        version INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (document, step)
    ) STRICT, WITHOUT ROWID
    """,
    # Its rows stand in the order of time, so the oldest are found without an index.
    """
    CREATE TABLE keys (
        no INTEGER PRIMARY KEY,
        tenant INTEGER NOT NULL,
        key TEXT NOT NULL,
        digest BLOB NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (tenant, key)
    ) STRICT
    """,
    # Bodies that something newer has replaced, in the order in which their time runs out.
    """
    CREATE TABLE superseded (
        at INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (at, entry)
    ) STRICT, WITHOUT ROWID
    """,
    # How far upkeep has come.
    """
    CREATE TABLE upkeep (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

# Whether a step has something left to say about a document is seen without reading what it has said.
PENDING = (
    "ALTER TABLE notes RENAME TO old_notes",
    """
    CREATE TABLE notes (
        document INTEGER NOT NULL,
        step TEXT NOT NULL,
        version INTEGER NOT NULL,
        step_version INTEGER NOT NULL,
        settled INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (document, step)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO notes (document, step, version, step_version, settled, entry, digest)
    SELECT document, old_notes.step, old_notes.version, ifnull(value ->> 'step_version', 0),
        ifnull(value ->> 'status' IN ('ok', 'skipped'), 0), old_notes.entry, digest
    FROM old_notes JOIN changes USING (entry) LEFT JOIN json_each(CAST(body AS TEXT)) AS said
        ON said.value ->> 'step' = old_notes.step
    """,
    "DROP TABLE old_notes",
    "CREATE INDEX notes_unsettled ON notes (document) WHERE settled = 0",
)

MIGRATIONS = (FIRST, PENDING)
