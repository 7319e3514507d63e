"""`python -m local.clean`: removes the data of every stack of this checkout that does not run."""

import sys

from local.folder import default_data_dir, is_locked
from local.postgres import remove


def main() -> int:
    """Remove the data folders; 1 when a stack still runs in one."""
    parent = default_data_dir().parent
    running = [folder for folder in sorted(parent.glob("data*")) if is_locked(folder)]
    for folder in sorted(parent.glob("data*")):
        if folder not in running:
            remove(folder)
    if running:
        sys.stderr.write(f"A stack runs in {running[0]}: stop it, then run make clean again.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
