"""`postil bench`: the benchmarks, which have commands of their own."""

import typer

from benchmarks.__main__ import main

# Whatever is typed behind it is theirs to understand.
HANDED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def add_to(app: typer.Typer) -> None:
    app.command(add_help_option=False, context_settings=HANDED_ON)(bench)


def bench(context: typer.Context) -> None:
    """Measure what a message costs, beside the limits of this machine. `postil bench --help` tells more.

    Example: postil bench request-reply --repeats 5
    """
    main(context.args, name="postil bench")
