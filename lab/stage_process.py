"""The process of a stage: limited, redirected, and ended by its own success or traceback."""

import json
import logging
import os
import resource
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from lab.job import Job
from lab.stages import STAGE_CODE
from lab.stages.surroundings import Surroundings

RESULT = "result.json"
_UNLIMITED = resource.RLIM_INFINITY


def log_path(job: Job, stage: str, attempt: int) -> Path:
    """Where the output of a stage goes."""
    return Path(job.logs) / f"{job.run}.{stage}.{attempt}.log"


def become(job: Job, stage: str, attempt: int) -> NoReturn:
    """Become the stage: run its code in this process, and end it. Exit code 0: it went well, 1: it raised."""
    code = 1
    try:
        _redirect(log_path(job, stage, attempt))
        os.chdir(job.folder)
        environment = {**job.variables, "FLEXIROASTER_IDEMPOTENCY_KEY": f"{job.key}:{stage}"}
        os.environ.update(environment)
        around = Surroundings.of(os.environ)
        _limit_memory(job.memory_mb)
        try:
            result = STAGE_CODE[stage](around)
        finally:
            _limit_memory(None)  # enough to say what happened
        (Path(job.folder) / f"{stage}.{RESULT}").write_text(json.dumps(dict(result)))
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it was, it is the stage's, and is said in its log
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _redirect(path: Path) -> None:
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(message)s", level=logging.INFO, force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _limit_memory(memory_mb: float | None) -> None:
    """Limit the data of the process (heap and mappings of its own); the limit can be lifted again."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = _UNLIMITED if memory_mb is None else int(memory_mb * 2**20)
    resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == _UNLIMITED else min(soft, hard), hard))
