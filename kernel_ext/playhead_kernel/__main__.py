"""``python -m playhead_kernel install``: make the kernel *Python 3 (Playhead)* known to Jupyter."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

NAME = "playhead"


def install(prefix: str | None, user: bool) -> str:
    """Put the kernelspec below ``prefix``, or into the user's folder; it starts this very Python. Gives the folder."""
    with tempfile.TemporaryDirectory() as aside:
        spec = Path(aside) / NAME
        shutil.copytree(Path(__file__).parent / "kernelspec", spec)
        file = spec / "kernel.json"
        content = json.loads(file.read_text("utf-8"))
        content["argv"][0] = sys.executable
        file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        return str(KernelSpecManager().install_kernel_spec(str(spec), NAME, user=user, prefix=prefix))


def main() -> None:
    """What the command line calls."""
    parser = argparse.ArgumentParser(prog="python -m playhead_kernel", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    words = commands.add_parser("install", help="make the kernel known to Jupyter")
    where = words.add_mutually_exclusive_group()
    where.add_argument("--sys-prefix", action="store_true", help="into this environment (usual)")
    where.add_argument("--user", action="store_true", help="into your home folder, for every environment")
    where.add_argument("--prefix", help="into this folder's share/jupyter/kernels")
    given = parser.parse_args()
    prefix = given.prefix or (None if given.user else sys.prefix)
    folder = install(prefix, given.user)
    sys.stdout.write(f"The kernel is installed in {folder}\n")


if __name__ == "__main__":
    main()
