"""The history that benchmarks replay."""

from pathlib import Path

from cli.history import write_history
from cli.history.gaia import gaia_history
from cli.history.sdist import DownloadError
from cli.history.synthetic import synthetic_history
from local.folder import default_data_dir


def history_file(rows: int) -> tuple[Path, str]:
    """A file of at least ``rows`` runs and what it is: the Gaia log, or an invented one where it cannot be had."""
    downloads = default_data_dir().parent / "downloads"
    try:
        return gaia_history(downloads), "Gaia cluster log"
    except DownloadError:
        file = downloads / "synthetic.csv.gz"
        write_history(file, synthetic_history(rows))
        return file, "synthetic history"
