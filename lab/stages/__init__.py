"""The stages' own code, as a team would have written it: each runs in a process of its own and knows its environment.

What can be wrong with them is in the world around them, or is a fault of this code (the race, the assertion).
"""

from collections.abc import Callable, Mapping

from lab.stages.extract import extract
from lab.stages.load import load
from lab.stages.publish import publish
from lab.stages.surroundings import Surroundings
from lab.stages.transform import transform
from lab.stages.validate import validate

STAGE_CODE: Mapping[str, Callable[[Surroundings], Mapping[str, float]]] = {
    "extract": extract,
    "load": load,
    "transform": transform,
    "validate": validate,
    "publish": publish,
}
