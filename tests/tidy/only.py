"""A kind of import contract: these modules may import only those, of all that the house has.

import-linter's own contracts name what is forbidden, and so allow whatever is added later. What comes from outside
the house is not looked at here.
"""

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression

Expressions = set[ModuleExpression]


class OnlyContract(Contract):
    """`refused_modules` are inside what is allowed, and are not."""

    type_name = "only"

    source_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    except_modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)
    allowed_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    refused_modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        sources = _names(graph, self.source_modules) - _names(graph, self.except_modules)
        allowed = _names(graph, self.allowed_modules) - _names(graph, self.refused_modules)
        house = {module for root in self.session_options["root_packages"] for module in _below(graph, root)}
        strays = [
            f"{importer} -> {imported}"
            for importer in sorted(sources & graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer) & house - allowed)
        ]
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for stray in cast(list[str], check.metadata["strays"]):
            output.print_error(f"- {stray}", bold=False)
        output.new_line()


def _names(graph: ImportGraph, expressions: object) -> set[str]:
    """The modules that are meant, and all that is below them."""
    meant = module_expressions_to_modules(graph, cast(Expressions, expressions or set()))
    return {name for module in meant for name in _below(graph, module.name)}


def _below(graph: ImportGraph, name: str) -> set[str]:
    return {name, *graph.find_descendants(name)} if name in graph.modules else set()
