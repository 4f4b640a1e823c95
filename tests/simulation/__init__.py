"""Runs in made-up time: a story, a seed, and everything that may go wrong on the way.

    async def story(simulation: Simulation) -> None:
        broker = MemoryBroker(simulation.clock, simulation.chance, Faults(ack_lost=0.1, delayed=0.5))
        ingest, client = MemoryWire(broker, "ingest"), MemoryWire(broker, "client")
        await client.ensure(STREAMS, CONSUMERS)
        inlet = await ingest.consume(INGEST)
        await client.append("postil.main.docs.notes", b"hello")
        [delivery] = await inlet.take(10, 1_000)
        ingest.crash()
        ...
        broker.faults = Faults()
        await until(lambda: ..., seconds_max=60)

    @pytest.mark.parametrize("seed", range(1000))
    def test_story(seed: int) -> None:
        run_simulated(story, seed)

Waiting costs nothing, and a run is the same whenever its seed is the same. For that, whatever differs between runs
comes from `simulation.chance`, time from `simulation.clock` and the loop, and nothing happens in threads or sockets.
Where a run depends on the order of a set of strings, it also depends on the interpreter's hash seed.

A process that is to die at a certain moment gets a hook: `MemoryWire(broker, "ingest", reached)`, where `reached` is
called with every `Point` that the wire comes to, and calls `wire.crash()` at the one it likes. What else there is of
the process (its tasks) is for the story to cancel.
"""
