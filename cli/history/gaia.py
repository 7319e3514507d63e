"""The job history of the University of Luxembourg's Gaia cluster, 22 May to 19 August 2014.

It is in the Parallel Workloads Archive (L_UniLu-Gaia-2014-2) and ships, as a Standard Workload Format file, among the
examples of the source distribution of evalys.
"""

import io
import tarfile
from operator import attrgetter
from pathlib import Path

from cli.history.row import HistoryError
from cli.history.sdist import DownloadError, SourceDistribution
from cli.history.swf import read_swf
from cli.history.writer import write_history

SDIST = SourceDistribution(
    name="evalys",
    version="4.0.7",
    sha256="3f1343e40276ca68db58cf5984017a15f2f56758dca180fe0f78aff200be8518",
)
MEMBER = "evalys-4.0.7/examples/UniLu-Gaia-2014-2.swf"
LOG_NAME = "gaia"
FILE_NAME = "gaia.csv.gz"
ACKNOWLEDGEMENT = (
    "History: the University of Luxembourg Gaia cluster log of 2014, from the\n"
    "Parallel Workloads Archive. It was graciously provided by Joseph Emeras."
)


def gaia_history(folder: Path) -> Path:
    """The log as a canonical executions file in this folder, sorted by start; fetched and converted on first use.

    Raises:
        DownloadError: the log cannot be had, or is not what it was.
    """
    history = folder / FILE_NAME
    if not history.is_file():
        archive = SDIST.fetch(folder)
        try:
            with tarfile.open(archive, "r:gz") as tar:
                # One member, read in memory under its known name: nothing is extracted to any path.
                member = tar.extractfile(MEMBER)
                if member is None:
                    raise DownloadError(f"{archive.name} holds no file {MEMBER}.")
                lines = io.TextIOWrapper(member, encoding="utf-8", errors="replace")
                rows = sorted(read_swf(lines, log_name=LOG_NAME), key=attrgetter("started_at"))
        except (tarfile.TarError, KeyError, HistoryError) as error:
            raise DownloadError(f"{archive.name} cannot be read ({error}).") from error
        write_history(history, rows)
    return history
