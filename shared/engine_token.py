"""The token an engine acts under: one workspace, one engine, a few minutes."""

import jwt

LIFETIME_SECONDS = 300


def mint(jwt_secret: str, *, engine: str, workspace_id: str, now: float) -> str:
    """A token of role ``ai_engine`` that row-level security confines to ``workspace_id`` and to ``engine``'s tables.

    It says nothing about when it was issued: PostgREST refuses an issue time that lies in its future.
    """
    claims = {
        "role": "ai_engine",
        "aud": "authenticated",
        "engine": engine,
        "workspace_id": workspace_id,
        "exp": int(now) + LIFETIME_SECONDS,
    }
    return jwt.encode(claims, jwt_secret, algorithm="HS256")
