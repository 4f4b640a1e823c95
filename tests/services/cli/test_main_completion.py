"""Completion in the shell: typer's own, under the name that people type."""

from pathlib import Path

from tests.system import postil


def test_commands_are_completed(tmp_path: Path) -> None:
    asked = {"_POSTIL_COMPLETE": "complete_bash", "COMP_WORDS": "postil st", "COMP_CWORD": "1"}
    assert postil(cwd=tmp_path, variables=asked).out.split() == ["stats", "status", "standing"]


def test_services_are_completed(tmp_path: Path) -> None:
    asked = {"_POSTIL_COMPLETE": "complete_bash", "COMP_WORDS": "postil serve ", "COMP_CWORD": "2"}
    assert postil(cwd=tmp_path, variables=asked).out.split() == ["ingest", "database", "search", "analysis", "bot"]


def test_the_script_for_a_shell_is_shown_and_installed(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    shown = postil("--show-completion", "bash", cwd=tmp_path, variables=home)
    assert shown.code == 0
    assert "_POSTIL_COMPLETE=complete_bash" in shown.out
    installed = postil("--install-completion", "bash", cwd=tmp_path, variables=home)
    assert installed.code == 0
    assert "_POSTIL_COMPLETE=complete_bash" in (tmp_path / ".bash_completions" / "postil.sh").read_text()
