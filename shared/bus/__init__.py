"""The bus: `wire` moves bytes (over NATS or in memory), `Bus` speaks contracts over it."""
