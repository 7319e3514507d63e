"""`python -m local.clean`: removes the data of every stack of this checkout, unless one still runs."""

import shutil
import sys

from local.cluster_folder import remove
from local.folder import default_data_dir, is_locked


def main() -> int:
    """Remove `.flexiroaster/`; 1, and nothing is removed, while a stack runs in one of its folders."""
    parent = default_data_dir().parent
    folders = [folder for folder in sorted(parent.glob("*")) if folder.is_dir()]
    running = [folder for folder in folders if is_locked(folder)]
    if running:
        sys.stderr.write(f"A stack runs in {running[0]}: stop it, then run make clean again.\n")
        return 1
    for folder in folders:
        remove(folder)
    shutil.rmtree(parent, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
