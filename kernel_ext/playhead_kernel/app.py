"""The kernel *Python 3 (Playhead)*: IPython's, with the extension loaded. ``python -m playhead_kernel.app -f FILE``."""

from __future__ import annotations

from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp


class WorkflowKernel(IPythonKernel):
    """A Python kernel in which ``%workflow`` needs no ``%load_ext``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]  # ipykernel types it in part only
        shell: Any = self.shell  # declared as optional, and in a kernel always there
        shell.extension_manager.load_extension("playhead")


def main() -> None:
    """Start the kernel that Jupyter asks for."""
    # By its full name: under `-m` this module is __main__, and its class would be a second one.
    from playhead_kernel.app import WorkflowKernel as kernel_class  # noqa: N813 - the option's own name

    IPKernelApp.launch_instance(kernel_class=kernel_class)


if __name__ == "__main__":
    main()
