"""Fetch a source distribution through pip, checked, and without building it or running anything that is in it."""

import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 120.0
# pip asks the build backend of a source distribution for its metadata before it hands the file over. This stands in for
# setuptools, the backend of every sdist without a pyproject.toml: no build requirement is fetched and no setup.py runs.
BACKEND = """
import os
import types

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, "{name}-{version}.dist-info"))
    with open(os.path.join(folder, "{name}-{version}.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    return "{name}-{version}.dist-info"

__legacy__ = types.SimpleNamespace(
    get_requires_for_build_wheel=lambda config_settings=None: [],
    prepare_metadata_for_build_wheel=prepare_metadata_for_build_wheel,
)
"""


class DownloadError(Exception):
    """The file cannot be had. The message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class SourceDistribution:
    """A pinned sdist that has a setup.py and no pyproject.toml."""

    name: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the archive."""
        return f"{self.name}-{self.version}.tar.gz"

    def fetch(self, folder: Path) -> Path:
        """The archive in this folder, downloaded if it is not there yet, with its sha256 verified.

        Raises:
            DownloadError: pip cannot get it, or its content is not the pinned one.
        """
        archive = folder / self.file_name
        if not archive.is_file() or sha256_of(archive) != self.sha256:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as scratch:
                fetched = self._download(Path(scratch))
                if sha256_of(fetched) != self.sha256:
                    raise DownloadError(f"{self.file_name} has another sha256 than the pinned one: it was not used.")
                fetched.replace(archive)
        return archive

    def _download(self, scratch: Path) -> Path:
        backend = scratch / "backend" / "setuptools"
        backend.mkdir(parents=True)
        (backend / "__init__.py").touch()
        (backend / "build_meta.py").write_text(BACKEND.format(name=self.name, version=self.version), encoding="utf-8")
        requirement = scratch / "requirement.txt"
        requirement.write_text(f"{self.name}=={self.version} --hash=sha256:{self.sha256}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
        source = ["--no-deps", "--no-binary", self.name, "--no-build-isolation", "--use-pep517"]
        try:
            done = subprocess.run(
                [*pip, *source, "--require-hashes", "--dest", str(scratch), "--requirement", str(requirement)],
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT_SECONDS,
                env={**os.environ, "PYTHONPATH": str(backend.parent)},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DownloadError(f"pip did not get {self.file_name} within {TIMEOUT_SECONDS:.0f} s.") from None
        fetched = scratch / self.file_name
        if done.returncode or not fetched.is_file():
            raise DownloadError(f"pip cannot get {self.file_name} ({_last_line(done.stderr)}).")
        return fetched


def sha256_of(path: Path) -> str:
    """The sha256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _last_line(output: str) -> str:
    errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR")]
    return (errors or output.splitlines() or ["it said nothing"])[-1][:200]
